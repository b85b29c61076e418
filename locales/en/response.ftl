# Stage 6
