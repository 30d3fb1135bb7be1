using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox;

/// <summary>Writes the kubeconfig that reaches a sandbox. JSON is YAML too, so it needs no YAML writer.</summary>
internal static class KubeConfigFile
{
    internal static string Text(Uri server, string authorityPem, string context, string user, JsonObject credentials, string ns) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Config",
        ["clusters"] = new JsonArray(new JsonObject
        {
            ["name"] = "sandbox",
            ["cluster"] = new JsonObject { ["server"] = server.ToString().TrimEnd('/'), ["certificate-authority-data"] = Base64(authorityPem) },
        }),
        ["users"] = new JsonArray(new JsonObject { ["name"] = user, ["user"] = credentials }),
        ["contexts"] = new JsonArray(new JsonObject
        {
            ["name"] = context,
            ["context"] = new JsonObject { ["cluster"] = "sandbox", ["user"] = user, ["namespace"] = ns },
        }),
        ["current-context"] = context,
    }.ToJsonString(new System.Text.Json.JsonSerializerOptions(KubernetesJson.Serializer) { WriteIndented = true }) + "\n";

    internal static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
