"""What maintainers run: an audit of the libraries, a newcomer's first hour, a release."""
