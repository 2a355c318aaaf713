import sys
from pathlib import Path

# The image runs with this folder as its working directory; nothing here is installed.
sys.path.insert(0, str(Path(__file__).parents[1]))
