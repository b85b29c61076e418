# Stage 5
