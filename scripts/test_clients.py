"""Reads a running demo with QGIS, as people with QGIS do.

    test_clients.py BASE PICTURES DOCUMENT

BASE is the server's address, such as http://127.0.0.1:8080. Each collection and
each layer of tiles is left in the folder PICTURES as it is drawn. The blocks of
DOCUMENT, Markdown, that are fenced as pyqgis are run as well, with BASE in the
place of the address they have. GRIDPATROL_TOKEN is the token of a dispatcher.

scripts/test-clients.sh starts all this.
"""

import contextlib
import json
import os
import re
import sys
import unittest
import urllib.parse
import urllib.request

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapBoxGlStyleConverter,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileBasicRenderer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

BASE, PICTURES, DOCUMENT = sys.argv[1:4]
TOKEN = os.environ["GRIDPATROL_TOKEN"]

COLLECTIONS = {
    "districts": "MultiPolygon",
    "townships": "MultiPolygon",
    "villages": "MultiPolygon",
    "village_groups": "MultiPolygon",
    "grids": "MultiPolygon",
    "compounds": "MultiPolygon",
    "roads": "MultiLineString",
    "reports": "Point",
    "hotspots": "Polygon",
}
WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
MERCATOR = QgsCoordinateReferenceSystem("EPSG:3857")
PAPER = QColor(255, 255, 255)


def server(path, **query):
    """The JSON that the server answers."""
    if query:
        path += "?" + urllib.parse.urlencode(query)
    with urllib.request.urlopen(BASE + path) as answer:
        return json.load(answer)


def count(collection, **query):
    """How many features the server says it has, or sends where it does not say."""
    page = server(f"/ogc/collections/{collection}/items", limit=10000, **query)
    if "numberMatched" in page:
        return page["numberMatched"]
    total = 0
    while True:
        total += len(page["features"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            return total
        with urllib.request.urlopen(following[0]) as answer:
            page = json.load(answer)


def features_layer(collection, **more):
    """A collection as the provider of OGC API - Features reads it."""
    options = {"url": BASE + "/ogc", "typename": collection, "pageSize": 1000, **more}
    return QgsVectorLayer(" ".join(f"{k}='{v}'" for k, v in options.items()), collection, "OAPIF")


def tiles_layer(name, tilejson, **more):
    """A layer of vector tiles by the template of its TileJSON, at the zooms it has."""
    options = {"type": "xyz", "url": tilejson["tiles"][0], "zmin": tilejson["minzoom"], "zmax": tilejson["maxzoom"], **more}
    return QgsVectorTileLayer("&".join(f"{k}={v}" for k, v in options.items()), name)


def draw(layers, extent, crs, name):
    """Draws layers, the first on top, into a picture; gives the share of it that is drawn on."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(QSize(700, 700))
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setBackgroundColor(PAPER)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(os.path.join(PICTURES, name + ".png"))
    drawn = sum(
        image.pixel(x, y) != PAPER.rgb() for y in range(0, image.height(), 2) for x in range(0, image.width(), 2)
    )
    return drawn / (image.width() * image.height() / 4), [e.message for e in job.errors()]


@contextlib.contextmanager
def with_token():
    """QGIS sends the token with every request meanwhile: 3.22 cannot be told of one header otherwise."""

    def add(request):
        request.setRawHeader(b"Authorization", b"Bearer " + TOKEN.encode())

    added = QgsNetworkAccessManager.setRequestPreprocessor(add)
    try:
        yield
    finally:
        QgsNetworkAccessManager.removeRequestPreprocessor(added)


class Features(unittest.TestCase):
    """Collections, over OGC API - Features."""

    def test_they_are_those_known_here(self):
        listed = {c["id"] for c in server("/ogc/collections")["collections"]}
        self.assertEqual(listed, set(COLLECTIONS))

    def test_each_comes_whole(self):
        for collection, geometry in COLLECTIONS.items():
            with self.subTest(collection):
                layer = features_layer(collection)
                self.assertTrue(layer.isValid(), layer.error().message())
                self.assertEqual(layer.crs().authid(), "EPSG:4326")
                self.assertEqual(QgsWkbTypes.displayString(layer.wkbType()), geometry)
                page = server(f"/ogc/collections/{collection}/items", limit=100)
                sent = {key for feature in page["features"] for key in feature["properties"]}
                self.assertLessEqual(sent, {field.name() for field in layer.fields()})
                features = list(layer.getFeatures())
                self.assertEqual(len(features), count(collection))
                if "numberMatched" in page:
                    self.assertEqual(layer.featureCount(), page["numberMatched"])
                box = server(f"/ogc/collections/{collection}")["extent"]["spatial"]["bbox"][0]
                around = QgsRectangle(*box).buffered(0.01)  # cells of hot spots stand out of the district
                outside = [f["id"] for f in features if not around.contains(f.geometry().boundingBox())]
                self.assertEqual(outside, [])

    def test_attributes_filter(self):
        for collection in COLLECTIONS:
            with self.subTest(collection):
                queryables = server(f"/ogc/collections/{collection}/queryables")["properties"]
                texts = sorted(name for name, schema in queryables.items() if schema.get("type") == "string" and "format" not in schema)
                self.assertNotEqual(texts, [])
                one = server(f"/ogc/collections/{collection}/items", limit=1)["features"][0]["properties"]
                tried = 0
                for name in texts:
                    if not one.get(name):
                        continue
                    layer = features_layer(collection)
                    value = one[name].replace("'", "''")
                    self.assertTrue(layer.setSubsetString(f"\"{name}\" = '{value}'"))
                    found = {f[name] for f in layer.getFeatures()}
                    self.assertEqual(found, {one[name]})
                    self.assertEqual(sum(1 for _ in layer.getFeatures()), count(collection, **{name: one[name]}))
                    tried += 1
                self.assertGreater(tried, 0)

    def test_boxes(self):
        box = QgsRectangle(125.6, 43.45, 125.75, 43.6)
        for collection in COLLECTIONS:
            with self.subTest(collection):
                request = QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect)
                found = sum(1 for _ in features_layer(collection).getFeatures(request))
                self.assertEqual(found, count(collection, bbox="125.6,43.45,125.75,43.6"))
                self.assertGreater(found, 0)

    def test_they_can_be_drawn(self):
        for collection in COLLECTIONS:
            with self.subTest(collection):
                layer = features_layer(collection)
                drawn, errors = draw([layer], QgsRectangle(125.42, 43.25, 126.02, 43.79), WGS84, "features-" + collection)
                self.assertEqual(errors, [])
                self.assertGreater(drawn, 0.005)

    def test_a_token_shows_more(self):
        def places():
            layer = features_layer("reports")
            self.assertTrue(layer.isValid(), layer.error().message())
            return {f["id"]: f.geometry().asPoint() for f in layer.getFeatures()}

        public = places()
        with with_token():
            ours = places()
        self.assertEqual(public.keys(), ours.keys())
        moved = sum(public[id] != ours[id] for id in ours)
        self.assertGreater(moved, len(ours) / 2, "reports lie where the public sees them")
        self.assertEqual(public, places(), "the public sees what a token was shown")


class Tiles(unittest.TestCase):
    """Vector tiles."""

    @classmethod
    def setUpClass(cls):
        cls.style = server("/tiles/style.json")
        names = {layer.get("source-layer") for layer in cls.style["layers"]} - {None}
        cls.layers = {name: server(f"/tiles/{name}.json") for name in sorted(names | set(COLLECTIONS))}

    def extent(self, tilejson):
        box = QgsRectangle(*tilejson["bounds"])
        return QgsCoordinateTransform(WGS84, MERCATOR, QgsProject.instance()).transformBoundingBox(box)

    def drawn(self, name, layer, tilejson, picture, extent=None):
        self.assertTrue(layer.isValid(), layer.error().message())
        self.assertEqual(layer.crs().authid(), "EPSG:3857")
        self.assertEqual((layer.sourceMinZoom(), layer.sourceMaxZoom()), (tilejson["minzoom"], tilejson["maxzoom"]))
        renderer = QgsVectorTileBasicRenderer()
        renderer.setStyles(QgsVectorTileBasicRenderer.simpleStyleWithRandomColors())
        layer.setRenderer(renderer)
        share, errors = draw([layer], extent or self.extent(tilejson), MERCATOR, picture)
        self.assertEqual(errors, [])
        self.assertGreater(share, 0.002, f"{name} is blank")

    def test_each_can_be_drawn(self):
        for name, tilejson in self.layers.items():
            with self.subTest(name):
                self.drawn(name, tiles_layer(name, tilejson), tilejson, "tiles-" + name)

    def test_those_of_collections(self):
        for name in COLLECTIONS:
            with self.subTest(name):
                tilejson = server(f"/ogc/collections/{name}/tiles/WebMercatorQuad", f="tilejson")
                self.drawn(name, tiles_layer(name, tilejson), tilejson, "ogc-tiles-" + name)

    def test_coverage_with_a_token(self):
        request = urllib.request.Request(BASE + "/tiles/coverage.json", headers={"Authorization": "Bearer " + TOKEN})
        with urllib.request.urlopen(request) as answer:
            tilejson = json.load(answer)
        with with_token():
            self.drawn("coverage", tiles_layer("coverage", tilejson), tilejson, "tiles-coverage")

    def test_the_style(self):
        """The MapLibre style as QGIS understands it, over the tiles of all layers."""
        layers = []
        for name in dict.fromkeys(layer.get("source-layer", "grids") for layer in self.style["layers"]):
            # The converter knows no sources: each is told of what is its own.
            own = dict(self.style, layers=[layer for layer in self.style["layers"] if layer.get("source-layer", "grids") == name])
            converter = QgsMapBoxGlStyleConverter()
            self.assertEqual(converter.convert(json.dumps(own)), QgsMapBoxGlStyleConverter.Success, converter.errorMessage())
            layer = tiles_layer(name, self.layers[name])
            layer.setRenderer(converter.renderer().clone())
            if converter.labeling():
                layer.setLabeling(converter.labeling().clone())
            layers.insert(0, layer)
        share, errors = draw(layers, self.extent(self.layers["grids"]), MERCATOR, "style")
        self.assertEqual(errors, [])
        self.assertGreater(share, 0.3)


class Recipes(unittest.TestCase):
    """What the cookbook has for QGIS."""

    def test_they_run(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            text = file.read()
        blocks = list(re.finditer(r"^```pyqgis\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
        self.assertTrue(blocks, "no recipe was found")
        for block in blocks:
            line = text.count("\n", 0, block.start()) + 2
            with self.subTest(line=line):
                code = "\n" * (line - 1) + re.sub(r"http://127\.0\.0\.1:\d+", BASE, block.group(1))
                exec(compile(code, DOCUMENT, "exec"), {"__name__": "recipe"})


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    # Layers go before the application, else QGIS crashes on its way out.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if result.wasSuccessful() else 1)
