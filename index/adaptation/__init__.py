"""Fine-tuning the encoder on a shop's own knowledge, offline; nothing that serves imports what trains."""
