"""The register of unions taken in from a workbook: read, judged, compared, shown, then applied."""
