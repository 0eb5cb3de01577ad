"""Register: the enterprises of the city, who has transformed by which definition, what stands behind each figure."""
