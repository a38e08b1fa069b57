"""Files that are whole or not there, disks that are full, and what lies where in a job's folder."""
