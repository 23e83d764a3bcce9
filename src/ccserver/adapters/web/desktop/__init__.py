"""The desktop's socket: who is connected, what each has still to be told, and the telling."""
