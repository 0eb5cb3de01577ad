"""The printer: a view dataclass in, the bytes of a file out. Texts come in the reader's language."""

from dengta.documents.csv_file import csv_bytes
from dengta.documents.table import Kind, Table, TableColumn, Value
from dengta.documents.workbook import workbook_bytes

__all__ = ["Kind", "Table", "TableColumn", "Value", "csv_bytes", "workbook_bytes"]
