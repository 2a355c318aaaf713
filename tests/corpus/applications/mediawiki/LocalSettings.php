<?php
$wgDBserver = "database";
$wgSitename = "Wiki";
