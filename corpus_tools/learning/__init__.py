"""Units, features, detectors of frames and stances, and how they are saved."""
