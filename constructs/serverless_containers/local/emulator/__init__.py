"""The process of the embedded AWS: started, recognised, served and ended."""
