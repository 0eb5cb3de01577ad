"""The printer: a view dataclass in, the bytes of a file out. Texts come in the reader's language."""

from dengta.documents.table import Kind, Table, TableColumn, Value

__all__ = ["Kind", "Table", "TableColumn", "Value"]
