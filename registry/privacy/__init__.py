"""What people may ask about their particulars, and who saw whom when something went wrong."""
