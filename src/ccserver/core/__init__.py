"""The pure core: decisions only.

Nothing here reads a clock, draws chance, logs, or waits. Events come in with the instant `now`; commands go out as values.
Standard library only; `import-linter` keeps it so.
"""
