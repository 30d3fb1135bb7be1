using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// Finds an ephemeral container that runs already and would do as well as a new one, since every one of them stays in its pod for ever.
/// </summary>
public static class ReusableContainer
{
    // What says who may do what with which files: equal in the two, or the command would run as somebody else.
    private static readonly string[] s_fields = ["image", "targetContainerName", "securityContext", "env", "envFrom", "volumeMounts", "workingDir"];

    /// <summary>The name of one that runs, that this module has made, and that is what <paramref name="options"/> ask for; null where there is none.</summary>
    /// <param name="pod">The pod, with its managed fields.</param>
    /// <param name="options">What a new one would be made of. Its name and command do not count.</param>
    public static string? Find(JsonObject pod, EphemeralContainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(options);
        PodView view = new(pod);
        string[] ours = MadeBy(DebugMarks.Manager, pod).ToArray();
        JsonObject[] running = view.EphemeralContainers.Where(one => ours.Contains(one.String("name")) && IsRunning(pod, one.String("name"))).ToArray();
        if (running.Length == 0)
            return null;
        IReadOnlyList<DebugProfile> profiles = options.Profile == DebugProfile.Auto ? EphemeralContainerSpec.AutoOrder(pod, options) : [options.Profile];
        JsonObject[] wanted = profiles.Select(profile => EphemeralContainerSpec.Build(pod, options with { Name = null }, profile, () => "reuse").Container).ToArray();
        return running.LastOrDefault(one => wanted.Any(other => s_fields.All(field => JsonNode.DeepEquals(one[field], other[field])))).String("name");
    }

    private static bool IsRunning(JsonObject pod, string? name) => pod.Object("status").Objects("ephemeralContainerStatuses")
        .Any(status => status.String("name") == name && status.Object("state").Object("running") is not null);

    // managedFields holds a key k:{"name":"debugger-x"} for each container that a manager has written.
    private static IEnumerable<string> MadeBy(string manager, JsonObject pod) => pod.Object("metadata").Objects("managedFields")
        .Where(entry => entry.String("manager") == manager)
        .SelectMany(entry => entry.Object("fieldsV1").Object("f:spec").Object("f:ephemeralContainers")?.Select(field => field.Key) ?? [])
        .Where(key => key.StartsWith("k:", StringComparison.Ordinal))
        .Select(key => JsonNode.Parse(key[2..]).String("name"))
        .OfType<string>();
}
