using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Selectors;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Lists: selectors, pages with limit and continue, resourceVersion, as objects, as a Table, or as metadata only.</summary>
internal sealed class ListHandler(ObjectStore store, SerializedObjects texts, TablePrinter tables)
{
    private readonly ListContinue _continue = new();

    internal Task HandleAsync(ApiRequest request, ResourceType type)
    {
        ListSelection selection = ListSelection.Of(request, type);
        Page page = Take(request, selection);
        return AnswerFormat.Of(request.Context.Request.Headers.Accept) switch
        {
            AnswerForm.Table => Answer.JsonAsync(request.Context, 200, tables.Print(type, page.Items, page.Metadata(), request.Query("includeObject"))),
            AnswerForm.PartialMetadata => Answer.JsonAsync(request.Context, 200, Partial(page)),
            _ => WriteAsync(request, type, page),
        };
    }

    /// <summary>The objects that a deletecollection is about.</summary>
    internal IReadOnlyList<JsonObject> Select(ApiRequest request, ResourceType type)
    {
        ListSelection selection = ListSelection.Of(request, type);
        return [.. store.List(type, selection.Namespace).Items.Where(selection.Matches)];
    }

    private Page Take(ApiRequest request, ListSelection selection)
    {
        int limit = int.TryParse(request.Query("limit"), out int asked) && asked > 0 ? asked : int.MaxValue;
        int start = 0;
        IReadOnlyList<JsonObject> all;
        long version;
        if (request.Query("continue") is { Length: > 0 } token)
        {
            if (request.Query("resourceVersion") is { Length: > 0 } and not "0")
                throw StatusException.BadRequest("specifying resource version is not allowed when using continue");
            (all, version, start) = _continue.Resume(store, selection.Type, selection.Namespace, token);
        }
        else
        {
            (all, version) = store.List(selection.Type, selection.Namespace);
            CheckVersion(request, version);
        }
        List<JsonObject> items = new(Math.Min(limit, all.Count - start));
        int next = start;
        for (; next < all.Count && items.Count < limit; next++)
        {
            if (selection.Matches(all[next])) items.Add(all[next]);
        }
        while (next < all.Count && !selection.Matches(all[next])) next++;
        bool more = next < all.Count;
        return new Page(items, version,
            more ? _continue.Token(selection.Type, selection.Namespace, version, all, items[^1]) : null,
            more && selection.SelectsAll ? all.Count - next : null);
    }

    private void CheckVersion(ApiRequest request, long current)
    {
        string? match = request.Query("resourceVersionMatch");
        string asked = request.Query("resourceVersion") ?? "";
        if (match is not null && asked.Length == 0)
            throw Invalid("resourceVersionMatch", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (match == "Exact" && asked == "0")
            throw Invalid("resourceVersionMatch", "Forbidden: resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
        if (asked.Length == 0 || asked == "0") return;
        if (!long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            throw Invalid("resourceVersion", $"Invalid value: \"{asked}\": strconv.ParseUint: parsing \"{asked}\": invalid syntax");
        if (version > current)
            throw StatusException.Timeout($"Too large resource version: {version}, current: {current}", retryAfterSeconds: 1);
        if (match == "Exact" && version < store.OldestVersion)
            throw StatusException.Expired("The resourceVersion for the provided list is too old.");
    }

    private static StatusException Invalid(string field, string message) =>
        new(422, "Invalid", $"ListOptions.meta.k8s.io \"\" is invalid: {field}: {message}");

    private static JsonObject Partial(Page page) => new()
    {
        ["kind"] = "PartialObjectMetadataList",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = page.Metadata(),
        ["items"] = new JsonArray([.. page.Items.Select(item => (JsonNode)new JsonObject { ["metadata"] = item["metadata"]!.DeepClone() })]),
    };

    private async Task WriteAsync(ApiRequest request, ResourceType type, Page page)
    {
        long length = 0;
        ReadOnlyMemory<byte>[] items = new ReadOnlyMemory<byte>[page.Items.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = texts.Of(page.Items[i]);
            length += items[i].Length + 1;
        }
        Answer.Head(request.Context, 200, "application/json");
        await using Stream body = Answer.Body(request.Context, length);
        await body.WriteAsync(Encoding.UTF8.GetBytes(
            $"{{\"kind\":\"{type.Kind}List\",\"apiVersion\":\"{type.ApiVersion}\",\"metadata\":{page.Metadata().ToJsonString(KubernetesJson.Serializer)},\"items\":["), request.Aborted);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) await body.WriteAsync(","u8.ToArray(), request.Aborted);
            await body.WriteAsync(items[i], request.Aborted);
        }
        await body.WriteAsync("]}\n"u8.ToArray(), request.Aborted);
    }

    private sealed record Page(IReadOnlyList<JsonObject> Items, long Version, string? Continue, int? Remaining)
    {
        internal JsonObject Metadata()
        {
            JsonObject metadata = new() { ["resourceVersion"] = Version.ToString(CultureInfo.InvariantCulture) };
            if (Continue is not null) metadata["continue"] = Continue;
            if (Remaining is int remaining) metadata["remainingItemCount"] = remaining;
            return metadata;
        }
    }
}
