"""The printer: a view dataclass in, the bytes of a file out. Texts come in the reader's language.

`documents.workbook` loads openpyxl, a fifth of a second: whoever writes a workbook imports it then.
"""

from dengta.documents.csv_file import csv_bytes
from dengta.documents.table import Kind, Table, TableColumn, Value

__all__ = ["Kind", "Table", "TableColumn", "Value", "csv_bytes"]
