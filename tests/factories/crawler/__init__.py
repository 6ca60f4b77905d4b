"""Somebody who knows a site by its HTML alone: what is linked to, what a form asks for."""
