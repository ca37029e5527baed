"""The doctor: looks whether database, index and encoder are whole and agree, and repairs by rebuilding."""
