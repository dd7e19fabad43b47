"""Rule files in their canonical form: ``limen fmt``."""
