"""Import in the browser: upload a spreadsheet, see how it is understood, bring it in."""
