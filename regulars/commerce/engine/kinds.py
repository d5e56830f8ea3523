"""Kinds of giftware from a few words: the first rule of which a word stands in the description decides.

Specific words come before general ones ("candle holder" is a candle thing, "Christmas tree candle" belongs to Christmas).
A word matches whole, singular or plural; two words must stand side by side. What no rule knows is "Other gifts".
"""

from __future__ import annotations

import re
from functools import cache

OTHER = ("Gifts", "Other gifts")

# top kind / kind: words. Order matters.
RULES = """
Seasonal / Christmas: christmas, xmas, advent, santa, reindeer, snowman, snowflake, nativity, mistletoe, stocking, bauble
Seasonal / Easter: easter, chick, bunny, hen house
Seasonal / Valentine: valentine
Gifts / Vouchers: voucher
Jewellery / Necklaces: necklace, pendant, lariat
Jewellery / Bracelets: bracelet, bangle
Jewellery / Earrings: earring, earrings
Jewellery / Rings and brooches: ring, brooch, charm, hatpin
Jewellery / Hair: hair, hairclip, hairslide, hairband, tiara
Jewellery / Boxes and stands: trinket, jewellery, ring holder
Stationery / Cards and wrap: card, cards, wrap, gift wrap, gift tag, gift tape, ribbon, tissue paper, wrapping, envelope, bow
Stationery / Writing: pencil, pen, notebook, notepad, sketchbook, journal, rubber, eraser, stationery, passport cover, address book, organiser, diary, calendar, stencil, ruler
Stationery / Stickers and stamps: sticker, stamp, magnet, memo, memoboard, post it, tape, sharpener
Lighting / Candles: candle, candles, t light, tealight, votive, incense, scented, candlestick, candleholder, wax, oil burner, joss
Lighting / Lamps and lights: lamp, lantern, light, lights, lampshade, led, chandelier, torch, night light, lampsh
Children / Dolls and toys: doll, toy, toys, jigsaw, puzzle, game, dominoes, skipping, spinning top, yoyo, kite, playhouse, soldier, dinosaur, puppet, teddy, soft toy, dolly, marbles, ludo, snakes, bingo, tic tac, recorder, harmonica, rocking
Children / Children's table and room: childrens, childs, children, child, baby, nursery, kids, spaceboy, circus parade, girl, boys, boy
Children / Party: party, birthday, bunting, balloon, garland, candy, confetti, pinata, invitation
Kitchen / Cups and mugs: mug, cup, cups, teacup, saucer, beaker
Kitchen / Tea and coffee: tea, teapot, coffee, cafetiere, cosy, teaspoon
Kitchen / Baking: cake, cakes, cupcake, baking, pastry, cookie, jelly, muffin, cakestand, pie, rolling pin, icing, bun, bread, cake stand, recipe
Kitchen / Plates and bowls: plate, bowl, dish, platter, ramekin, dinner, tray, cutlery, spoon, fork, knife, chopsticks, egg cup, salad
Kitchen / Bottles, jars and tins: jar, bottle, tin, tins, jam, canister, jug, milk, flask, glass, goblet, carafe, decanter, tumbler, pantry
Kitchen / Kitchen textiles: apron, oven glove, tea towel, napkin, placemat, coaster, doily, doilies, tablecloth, table mat, doylies, napkins
Kitchen / Lunch and picnic: lunch, picnic, snack, straws, bento, sandwich, drinking, breakfast, food
Kitchen / Kitchen tools: kitchen, scales, timer, bottle opener, colander, peg, pegs, rack, whisk, grater, popcorn, fridge, cook, knob
Bags / Shopping and tote bags: jumbo bag, shopper, shopping bag, tote, charlotte bag, woven bag
Bags / Hand and shoulder bags: handbag, bag, bags, rucksack, backpack, satchel, clutch, holdall
Bags / Purses and travel: purse, wallet, luggage, travel, suitcase, passport, key ring, keyring, umbrella, parasol, cosmetic, wash bag, phone, washbag, weekend
Garden / Garden: garden, plant, planter, watering, seed, bird, birdhouse, flower pot, pot, plant pot, herb, trowel, gnome, parasol, windmill, greenhouse, gardeners, potting, nesting box, dovecote, wheelbarrow, thermometer
Home / Cushions and textiles: cushion, throw, blanket, quilt, curtain, towel, rug, doormat, door mat, draught, hot water, water bottle, pillow, bean bag, slipper
Home / Clocks: clock
Home / Mirrors and frames: mirror, frame, photo, picture, canvas, art, print, wall art, poster, mirrored
Home / Signs: sign, letter, letters, number, chalkboard, blackboard, plaque, noticeboard, alphabet, word
Home / Hooks and hangers: hook, hanger, hangers, coat rack, door stop, doorstop, knocker
Home / Storage and furniture: drawer, cabinet, basket, box, boxes, storage, stool, table, chair, shelf, trunk, crate, bin, stand, tidy, bench, cupboard, case, cases, holder
Home / Vases and flowers: vase, flower, flowers, rose, wreath, floral, artificial, daisy, lavender
Home / Bathroom: bathroom, bath, soap, toothbrush, toilet, sponge, shower, flannel
Crafts / Sewing and knitting: sewing, knitting, button, felt, feltcraft, patch, crochet, wool, needle, thimble, pin cushion
Crafts / Craft kits: craft, kit, paint, painting, beads, bead, make your own, scrapbook, rubber stamp, paper chain, colouring, mosaic
Home / Decorations: decoration, hanging, heart, hearts, ornament, figurine, star, angel, bell, bells, butterfly, mobile, feather, skull, crystal, tile, tiles, tree, bird, dove, rabbit, owl, hen, dog, cat, elephant, fairy, zinc, tissues
"""


@cache
def _rules() -> tuple[tuple[tuple[str, str], re.Pattern[str]], ...]:
    read = []
    for line in RULES.strip().splitlines():
        place, words = line.split(": ")
        top, kind = place.split(" / ")
        choice = "|".join(re.escape(word.strip()) for word in words.split(","))
        read.append(((top, kind), re.compile(rf"\b(?:{choice})(?:e?s)?\b")))
    return tuple(read)


def kind_of(description: str) -> tuple[str, str]:
    """Return the top kind and the kind below it that a description suggests.

    >>> kind_of("WHITE HANGING HEART T-LIGHT HOLDER")
    ('Lighting', 'Candles')
    >>> kind_of("SET OF 3 CAKE TINS PANTRY DESIGN ")
    ('Kitchen', 'Baking')
    """
    words = " ".join(re.findall(r"[a-z]+", description.lower()))
    return next((kind for kind, rule in _rules() if rule.search(words)), OTHER)


def all_kinds() -> list[tuple[str, str]]:
    """Return every kind the rules know, each once."""
    return list(dict.fromkeys([*(kind for kind, _rule in _rules()), OTHER]))
