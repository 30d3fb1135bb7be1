using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>The requests that create, change and delete objects. Each says who it is from (<c>fieldManager</c>), and may only be judged (<c>dryRun</c>).</summary>
internal static class ObjectChange
{
    internal const string FieldManager = "EphemeralDebug";
    internal const string MergePatch = "application/merge-patch+json";
    internal const string StrategicMergePatch = "application/strategic-merge-patch+json";

    internal static Task<JsonObject> CreateAsync(
        IClusterTransport transport, string path, JsonObject value, bool dryRun, Action<string>? onWarning, CancellationToken cancellationToken) =>
        SendAsync(transport, HttpMethod.Post, path + Query(dryRun), value, "application/json", onWarning, cancellationToken);

    internal static Task<JsonObject> PatchAsync(
        IClusterTransport transport, string path, JsonObject patch, string patchType, bool dryRun, Action<string>? onWarning, CancellationToken cancellationToken) =>
        SendAsync(transport, HttpMethod.Patch, path + Query(dryRun), patch, patchType, onWarning, cancellationToken);

    internal static async Task DeleteAsync(
        IClusterTransport transport, string path, string? uid, TimeSpan? grace, bool dryRun, CancellationToken cancellationToken) =>
        await SendAsync(transport, HttpMethod.Delete, path, DeleteOptions(uid, grace, dryRun), "application/json", onWarning: null, cancellationToken).ConfigureAwait(false);

    /// <summary>meta/v1 <c>DeleteOptions</c>. With a uid the server deletes the object that was meant, or nothing.</summary>
    internal static JsonObject DeleteOptions(string? uid, TimeSpan? grace, bool dryRun)
    {
        JsonObject options = new() { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1" };
        if (uid is not null) options["preconditions"] = new JsonObject { ["uid"] = uid };
        if (grace is { } time) options["gracePeriodSeconds"] = (long)Math.Ceiling(time.TotalSeconds);
        if (dryRun) options["dryRun"] = new JsonArray("All");
        return options;
    }

    private static RequestQuery Query(bool dryRun) =>
        RequestQuery.None.With("fieldManager", FieldManager).With("fieldValidation", "Warn").With("dryRun", dryRun ? "All" : null);

    private static async Task<JsonObject> SendAsync(
        IClusterTransport transport, HttpMethod method, string uri, JsonObject body, string mediaType, Action<string>? onWarning, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, new Uri(uri, UriKind.Relative))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(mediaType)),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using HttpResponseMessage response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (onWarning is not null)
        {
            foreach (string warning in WarningHeaders.Read(response)) onWarning(warning);
        }

        return await Answer.ReadObjectAsync(response, uri.Split('?')[0], cancellationToken).ConfigureAwait(false);
    }
}
