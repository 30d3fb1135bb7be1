using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>
/// Continue tokens, and the snapshots that they page through: a list stays what it was at its first page, as in the genuine
/// server. Old snapshots are forgotten, and a token for one of them is 410.
/// </summary>
internal sealed class ListContinue
{
    internal const string TooOld = "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        + "without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing "
        + "with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the "
        + "first chunk was returned and now may show up in the list.";

    private const int Kept = 16;
    private readonly Lock _lock = new();
    private readonly LinkedList<(ResourceType Type, string? Namespace, long Version, IReadOnlyList<JsonObject> Items)> _snapshots = new();

    /// <summary>The token for what comes after an object; the snapshot is remembered.</summary>
    internal string Token(ResourceType type, string? ns, long version, IReadOnlyList<JsonObject> items, JsonObject last)
    {
        lock (_lock)
        {
            if (!_snapshots.Any(kept => kept.Type == type && kept.Namespace == ns && kept.Version == version))
            {
                _snapshots.AddLast((type, ns, version, items));
                if (_snapshots.Count > Kept) _snapshots.RemoveFirst();
            }
        }
        return Encode(version, last);
    }

    /// <summary>The snapshot that a token belongs to, and where in it the next page starts.</summary>
    internal (IReadOnlyList<JsonObject> Items, long Version, int Start) Resume(ObjectStore store, ResourceType type, string? ns, string token)
    {
        (long version, string lastNamespace, string lastName) = Decode(token);
        IReadOnlyList<JsonObject>? items = null;
        if (version < 0) (items, version) = store.List(type, ns);
        else if (version >= store.OldestVersion)
        {
            lock (_lock) items = _snapshots.FirstOrDefault(kept => kept.Type == type && kept.Namespace == ns && kept.Version == version).Items;
        }
        if (items is null)
        {
            JsonObject last = new() { ["metadata"] = new JsonObject { ["namespace"] = lastNamespace, ["name"] = lastName } };
            throw new StatusException(410, "Expired", TooOld) { Continue = Encode(-1, last) };
        }
        int low = 0, high = items.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(items[middle].Namespace() ?? "", lastNamespace);
            if (order == 0) order = string.CompareOrdinal(items[middle].Name(), lastName);
            if (order <= 0) low = middle + 1;
            else high = middle;
        }
        return (items, version, low);
    }

    private static string Encode(long version, JsonObject last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject
    {
        ["v"] = "meta.k8s.io/v1",
        ["rv"] = version,
        ["start"] = $"{last.Namespace()}/{last.Name()}",
    }.ToJsonString(KubernetesJson.Serializer)));

    private static (long Version, string Namespace, string Name) Decode(string token)
    {
        try
        {
            JsonNode? decoded = JsonNode.Parse(Convert.FromBase64String(token));
            string[] start = (decoded.Text("start") ?? "").Split('/');
            if (decoded.Number("rv") is long version && start.Length == 2) return (version, start[0], start[1]);
            throw StatusException.BadRequest("continue key is not valid: encoded start key is not valid");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw StatusException.BadRequest($"continue key is not valid: illegal base64 data at input byte {Math.Min(4, token.Length)}");
        }
    }
}
