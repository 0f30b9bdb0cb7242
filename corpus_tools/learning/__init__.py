"""Units, features, detectors of frames and stances, what to code next, doubtful labels, and how detectors are saved."""
