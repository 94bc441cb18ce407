"""The invoices API."""
