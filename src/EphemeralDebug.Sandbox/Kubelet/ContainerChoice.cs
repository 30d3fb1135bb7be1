using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Which container a request means, by the API server's rules: the default-container annotation is the client's business.</summary>
internal static class ContainerChoice
{
    internal static (string? Container, string? Error) Choose(JsonObject pod, string? asked)
    {
        string pods = (string)pod["metadata"]!["name"]!;
        IReadOnlyList<string> main = Names(pod, "containers"), init = Names(pod, "initContainers");
        if (!string.IsNullOrEmpty(asked))
        {
            return main.Contains(asked) || init.Contains(asked) || Names(pod, "ephemeralContainers").Contains(asked)
                ? (asked, null) : (null, $"container {asked} is not valid for pod {pods}");
        }
        if (main.Count == 1) return (main[0], null);
        string error = $"a container name must be specified for pod {pods}, choose one of: [{string.Join(' ', main)}]";
        return (null, init.Count == 0 ? error : $"{error} or one of the init containers: [{string.Join(' ', init)}]");
    }

    private static IReadOnlyList<string> Names(JsonObject pod, string list) =>
        [.. ((pod["spec"]?[list] as JsonArray) ?? []).Select(container => (string)container!["name"]!)];
}
