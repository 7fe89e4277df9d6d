// Nothing: this package only names the one that carries the vectors, so that its version is locked.
