<?php new mysqli(getenv("DB_HOST"), "root", "root", "intranet");
