"""Files in, passages and an index out: sources, readers, chunking, embedding, generations, workspaces."""
