using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>A node that runs nothing: pods stay as they were written, and go as soon as they are deleted.</summary>
internal sealed class IdleAgent(ObjectStore store) : INodeAgent
{
    public void Start()
    {
    }

    public Task LogAsync(HttpContext context, JsonObject pod) => NoContainerAsync(context);

    public Task AttachAsync(HttpContext context, JsonObject pod) => NoContainerAsync(context);

    public Task ExecAsync(HttpContext context, JsonObject pod) => NoContainerAsync(context);

    public void Terminate(string ns, string name, int gracePeriodSeconds) => store.Remove(ResourceType.Pods, ns, name);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Task NoContainerAsync(HttpContext context) =>
        Answer.StatusAsync(context, new StatusException(500, "InternalError", "Internal error occurred: this sandbox was started without a kubelet"));
}
