#!/usr/bin/env python3
"""Draws the pictures of the demo's site (src/demo/site). Needs pillow; run it from the repository's root.

The drawn files are committed, so nobody needs this to build jaunt.
"""

import math
from pathlib import Path

from PIL import Image, ImageDraw

SITE = Path("src/demo/site")
SKY, INK, PAPER, RED, GREEN, SAND = "#cfe8f5", "#22313f", "#fffdf5", "#c8403a", "#4d8a57", "#ead9b0"
SCALE = 4  # drawn large and made small: smooth edges


def canvas(width, height, colour):
    image = Image.new("RGB", (width * SCALE, height * SCALE), colour)
    return image, ImageDraw.Draw(image)


def small(image):
    return image.resize((image.width // SCALE, image.height // SCALE), Image.LANCZOS)


def s(*points):
    return [tuple(SCALE * n for n in p) for p in points]


def letter():
    """The request message: an envelope on its way."""
    image, draw = canvas(320, 200, SKY)
    for n, y in enumerate((62, 92, 122, 152)):
        draw.line(s((16, y), (58 - 8 * n, y)), fill=INK, width=3 * SCALE)
    draw.rectangle(s((80, 40), (290, 170)), fill=PAPER, outline=INK, width=3 * SCALE)
    draw.line(s((80, 40), (185, 118), (290, 40)), fill=INK, width=3 * SCALE, joint="curve")
    draw.line(s((80, 170), (155, 96)), fill=INK, width=2 * SCALE)
    draw.line(s((290, 170), (215, 96)), fill=INK, width=2 * SCALE)
    draw.ellipse(s((172, 96), (198, 122)), fill=RED)
    small(image).quantize(32).save(SITE / "letter.png", optimize=True)


def signpost(name, size):
    """The hierarchy of names: a signpost with an arm for each label."""
    w, h = size
    image, draw = canvas(w, h, SKY)
    draw.polygon(s((0, h), (0, h * 0.8), (w * 0.4, h * 0.72), (w, h * 0.82), (w, h)), fill=GREEN)
    draw.polygon(s((w * 0.55, h), (w * 0.48, h * 0.74), (w * 0.52, h * 0.74), (w * 0.75, h)), fill=SAND)
    draw.rectangle(s((w * 0.48, h * 0.1), (w * 0.52, h * 0.86)), fill="#7a5a3a", outline=INK, width=2 * SCALE)
    for n, (colour, way) in enumerate(((PAPER, 1), (SAND, -1), (RED, 1))):
        top, reach = h * (0.16 + 0.18 * n), w * (0.24 + 0.05 * n)
        x0, x1 = (w * 0.46, w * 0.46 + reach) if way > 0 else (w * 0.54, w * 0.54 - reach)
        tip = x1 + way * w * 0.07
        draw.polygon(s((x0, top), (x1, top), (tip, top + h * 0.06), (x1, top + h * 0.12), (x0, top + h * 0.12)), fill=colour, outline=INK)
        for k in range(n + 1):
            cx = x0 + way * w * (0.05 + 0.06 * k)
            draw.ellipse(s(*sorted(((cx - w * 0.012, top + h * 0.04), (cx + w * 0.012, top + h * 0.04 + w * 0.024)))), fill=INK)
    small(image).save(SITE / name, quality=72, optimize=True, progressive=name.startswith("sign"))


def handshake():
    """Three packets of a TCP handshake, one a frame."""
    frames = []
    for step in range(3):
        image, draw = canvas(240, 160, PAPER)
        draw.rectangle(s((14, 30), (54, 130)), fill=SKY, outline=INK, width=2 * SCALE)
        draw.rectangle(s((186, 30), (226, 130)), fill=SAND, outline=INK, width=2 * SCALE)
        for n in range(step + 1):
            y = 48 + 32 * n
            right = n != 1
            a, b = (60, 180) if right else (180, 60)
            draw.line(s((a, y), (b, y)), fill=(RED, GREEN, INK)[n], width=4 * SCALE)
            head = 12 if right else -12
            draw.polygon(s((b, y), (b - head, y - 7), (b - head, y + 7)), fill=(RED, GREEN, INK)[n])
        frames.append(small(image).quantize(16))
    frames[0].save(SITE / "handshake.gif", save_all=True, append_images=frames[1:], duration=600, loop=0)


def lock():
    """TLS: a padlock."""
    image, draw = canvas(96, 128, SKY)
    draw.arc(s((24, 12), (72, 84)), 180, 360, fill=INK, width=8 * SCALE)
    draw.rectangle(s((24, 46), (31, 64)), fill=INK)
    draw.rectangle(s((65, 46), (72, 64)), fill=INK)
    draw.rounded_rectangle(s((12, 60), (84, 118)), 8 * SCALE, fill=SAND, outline=INK, width=3 * SCALE)
    draw.ellipse(s((41, 74), (55, 88)), fill=INK)
    draw.rectangle(s((45, 84), (51, 104)), fill=INK)
    small(image).quantize(24).save(SITE / "lock.png", optimize=True)


letter()
signpost("signpost.jpg", (360, 240))
signpost("gazou.jpg", (400, 300))
handshake()
lock()
for file in sorted(SITE.glob("*.[pjg]*")):
    print(file.name, file.stat().st_size)
