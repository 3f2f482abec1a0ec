"""A tray for programs under test: takes their icons as a desktop's panel does (StatusNotifierItem over D-Bus) and does
with their menus what it is told on its standard input, one JSON object per line."""

import json
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402

WATCHER = "org.kde.StatusNotifierWatcher"
MENU = "com.canonical.dbusmenu"
INTERFACE = f"""
<node><interface name="{WATCHER}">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
</interface></node>"""

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
items = []


def called(_bus, sender, _path, _interface, method, parameters, invocation):
    if method == "RegisterStatusNotifierItem":
        place = parameters.unpack()[0]
        items.append((sender, place) if place.startswith("/") else (place, "/StatusNotifierItem"))
    invocation.return_value(None)


def read(_bus, _sender, _path, _interface, name):
    return {
        "RegisteredStatusNotifierItems": GLib.Variant("as", [owner + path for owner, path in items]),
        "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
        "ProtocolVersion": GLib.Variant("i", 0),
    }[name]


def call(owner, path, interface, method, arguments):
    return bus.call_sync(
        owner, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 5000
    ).unpack()


def menu_place():
    owner, path = items[-1]
    name = GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "Menu"))
    return owner, call(owner, path, "org.freedesktop.DBus.Properties", "Get", name)[0]


def entries():
    owner, path = menu_place()
    # Some toolkits fill a menu only when it is about to be shown.
    call(owner, path, MENU, "AboutToShow", GLib.Variant("(i)", (0,)))
    layout = call(owner, path, MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, [])))
    found = []

    def walk(node):
        number, properties, children = node
        if properties.get("label"):
            found.append(
                {
                    "id": number,
                    "label": properties["label"].replace("_", ""),
                    "enabled": properties.get("enabled", True),
                }
            )
        for child in children:
            walk(child)

    walk(layout[1])
    return found


def click(label):
    owner, path = menu_place()
    entry = next(entry for entry in entries() if entry["label"] == label)
    event = GLib.Variant("(isvu)", (entry["id"], "clicked", GLib.Variant("i", 0), 0))
    call(owner, path, MENU, "Event", event)
    return True


def answer(request):
    match request["do"]:
        case "ready":
            return True
        case "menu":
            return entries() if items else []
        case "click":
            return click(request["label"])
        case "clipboard":
            return Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text()


def heard(source, _condition):
    line = source.readline()
    if not line:
        loop.quit()
        return False
    try:
        reply = answer(json.loads(line))
    except (GLib.Error, StopIteration) as error:
        reply = {"error": str(error)}
    print(json.dumps(reply), flush=True)
    return True


def own():
    node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
    bus.register_object("/StatusNotifierWatcher", node.interfaces[0], called, read, None)
    # Nothing is answered before the name is ours.
    Gio.bus_own_name_on_connection(
        bus,
        WATCHER,
        Gio.BusNameOwnerFlags.NONE,
        lambda *_: GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, heard),
        None,
    )


loop = GLib.MainLoop()
own()
loop.run()
