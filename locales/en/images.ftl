# Stage 7
