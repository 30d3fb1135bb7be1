using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace EphemeralDebug.Sandbox.Store;

/// <summary>What happened to an object; <c>Object</c> is a snapshot that nobody changes any more.</summary>
internal sealed record StoreEvent(string Type, ResourceType Resource, JsonObject Object, long Version, JsonObject? Previous);

/// <summary>
/// The cluster's memory: objects as JSON, one resourceVersion counter for all, and a bounded history that watches resume from.
/// Snapshots go in and out; a stored object is never changed in place.
/// </summary>
internal sealed class ObjectStore
{
    private const int HistoryLength = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<ResourceType, Shelf> _shelves = [];
    private readonly LinkedList<StoreEvent> _history = new();
    private readonly List<Channel<StoreEvent>> _watchers = [];
    private long _version = 100;

    /// <summary>The version of the newest change.</summary>
    internal long Version { get { lock (_lock) return _version; } }

    /// <summary>The oldest version that a watch may resume from; older ones are 410 Gone.</summary>
    internal long OldestVersion { get; private set; } = 100;

    /// <summary>Forgets the history, so that a watch from any earlier version is 410 Gone.</summary>
    internal void Compact()
    {
        lock (_lock)
        {
            _history.Clear();
            OldestVersion = _version;
        }
    }

    /// <summary>The object as stored, for reading only; null where there is none.</summary>
    internal JsonObject? Get(ResourceType resource, string? ns, string name)
    {
        lock (_lock) return ShelfOf(resource).Objects.GetValueOrDefault(new Key(ns, name));
    }

    /// <summary>All objects of a kind, in one namespace or all, sorted by namespace and name, and the version that they show.</summary>
    internal (IReadOnlyList<JsonObject> Items, long Version) List(ResourceType resource, string? ns)
    {
        lock (_lock) return (ShelfOf(resource).Sorted(ns), _version);
    }

    /// <summary>Stores a new object (metadata.name and metadata.namespace decide where); null where the name is taken.</summary>
    internal JsonObject? Create(ResourceType resource, JsonObject value)
    {
        JsonObject copy = (JsonObject)value.DeepClone();
        (string? ns, string name) = Identity(resource, copy);
        lock (_lock)
        {
            if (ShelfOf(resource).Objects.ContainsKey(new Key(ns, name))) return null;
            return Publish("ADDED", resource, copy, previous: null);
        }
    }

    /// <summary>
    /// Changes a copy of the stored object and stores that. <paramref name="change"/> runs under the store's lock: it must be
    /// quick and must not call the store. Returns the new object, the old one where nothing changed, null where there is none.
    /// </summary>
    internal JsonObject? Update(ResourceType resource, string? ns, string name, Action<JsonObject> change)
    {
        lock (_lock)
        {
            if (!ShelfOf(resource).Objects.TryGetValue(new Key(ns, name), out JsonObject? current)) return null;
            JsonObject copy = (JsonObject)current.DeepClone();
            change(copy);
            return JsonNode.DeepEquals(copy, current) ? current : Publish("MODIFIED", resource, copy, current);
        }
    }

    /// <summary>Removes an object; false where there is none.</summary>
    internal bool Remove(ResourceType resource, string? ns, string name)
    {
        lock (_lock)
        {
            if (!ShelfOf(resource).Objects.TryGetValue(new Key(ns, name), out JsonObject? current)) return false;
            Publish("DELETED", resource, (JsonObject)current.DeepClone(), current);
            return true;
        }
    }

    /// <summary>
    /// Every change after <paramref name="fromVersion"/>, in order, for as long as the reader reads; null where the history does
    /// not reach back that far. The caller completes the watch by disposing the subscription.
    /// </summary>
    internal Subscription? Watch(long fromVersion)
    {
        lock (_lock)
        {
            if (fromVersion < OldestVersion) return null;
            Channel<StoreEvent> channel = Channel.CreateUnbounded<StoreEvent>(new UnboundedChannelOptions { SingleReader = true });
            foreach (StoreEvent past in _history.Where(past => past.Version > fromVersion)) channel.Writer.TryWrite(past);
            _watchers.Add(channel);
            return new Subscription(this, channel);
        }
    }

    private JsonObject Publish(string type, ResourceType resource, JsonObject value, JsonObject? previous)
    {
        (string? ns, string name) = Identity(resource, value);
        value["metadata"]!["resourceVersion"] = (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);
        ShelfOf(resource).Put(new Key(ns, name), type == "DELETED" ? null : value);
        StoreEvent happened = new(type, resource, value, _version, previous);
        _history.AddLast(happened);
        if (_history.Count > HistoryLength)
        {
            OldestVersion = _history.First!.Value.Version;
            _history.RemoveFirst();
        }
        foreach (Channel<StoreEvent> watcher in _watchers) watcher.Writer.TryWrite(happened);
        return value;
    }

    private Shelf ShelfOf(ResourceType resource)
    {
        if (!_shelves.TryGetValue(resource, out Shelf? shelf)) _shelves[resource] = shelf = new Shelf();
        return shelf;
    }

    private static (string? Namespace, string Name) Identity(ResourceType resource, JsonObject value) =>
        (resource.Namespaced ? (string?)value["metadata"]!["namespace"] : null, (string)value["metadata"]!["name"]!);

    private readonly record struct Key(string? Namespace, string Name) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            int byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
            return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
        }
    }

    /// <summary>All objects of a kind. The sorted array is made once for many lists, because lists are frequent and long.</summary>
    private sealed class Shelf
    {
        private KeyValuePair<Key, JsonObject>[]? _sorted;
        private JsonObject[] _values = [];

        internal SortedDictionary<Key, JsonObject> Objects { get; } = [];

        internal void Put(Key key, JsonObject? value)
        {
            if (value is null) Objects.Remove(key);
            else Objects[key] = value;
            _sorted = null;
        }

        internal IReadOnlyList<JsonObject> Sorted(string? ns)
        {
            if (_sorted is null)
            {
                _sorted = [.. Objects];
                _values = Array.ConvertAll(_sorted, entry => entry.Value);
            }
            if (ns is null) return _values;
            int start = LowerBound(ns, after: false);
            return new ArraySegment<JsonObject>(_values, start, LowerBound(ns, after: true) - start);
        }

        private int LowerBound(string ns, bool after)
        {
            int low = 0, high = _sorted!.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                int order = string.CompareOrdinal(_sorted[middle].Key.Namespace, ns);
                if (order < 0 || (after && order == 0)) low = middle + 1;
                else high = middle;
            }
            return low;
        }
    }

    /// <summary>A watch on the store; disposing it ends it.</summary>
    internal sealed class Subscription(ObjectStore store, Channel<StoreEvent> channel) : IDisposable
    {
        internal ChannelReader<StoreEvent> Events => channel.Reader;

        public void Dispose()
        {
            lock (store._lock) store._watchers.Remove(channel);
            channel.Writer.TryComplete();
        }
    }
}
