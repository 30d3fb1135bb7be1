using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Store;
using Xunit;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Namespaces come with their labels, and go with everything in them.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public async Task A_namespace_is_terminating_until_its_last_pod_is_gone()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject created = await cluster.PostAsync("/api/v1/namespaces", """{"metadata":{"generateName":"node-debug-","labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}""");
        string name = created.Name();
        Assert.Matches("^node-debug-[bcdfghjklmnpqrstvwxz2456789]{5}$", name);
        Assert.Equal((name, "Active"), (created.Text("metadata", "labels", "kubernetes.io/metadata.name"), created.Text("status", "phase")));
        // It takes its time: process 1 outlives SIGTERM.
        await cluster.PostAsync($"/api/v1/namespaces/{name}/pods", """
            {"metadata":{"name":"slow"},"spec":{"terminationGracePeriodSeconds":3600,"containers":[{"name":"app","image":"busybox","command":["sleep","infinity"]}]}}
            """);
        await cluster.UntilPodAsync("slow", pod => pod.Text("status", "phase") == "Running");
        JsonObject leaving = await cluster.DeleteAsync($"/api/v1/namespaces/{name}");
        Assert.Equal("Terminating", leaving.Text("status", "phase"));
        Assert.NotNull(leaving.Text("metadata", "deletionTimestamp"));

        JsonObject refused = await cluster.PostAsync($"/api/v1/namespaces/{name}/pods", LiveCluster.Pod("late"), HttpStatusCode.Forbidden);
        Assert.Equal($"pods \"late\" is forbidden: unable to create new content in namespace {name} because it is being terminated", refused.Text("message"));
        JsonObject cause = refused.Objects("details", "causes").Single();
        Assert.Equal(("NamespaceTerminating", $"namespace {name} is being terminated", "metadata.namespace"), (cause.Text("reason"), cause.Text("message"), cause.Text("field")));
        await cluster.DeleteAsync($"/api/v1/namespaces/{name}", null, HttpStatusCode.Conflict);

        await cluster.UntilPodAsync("slow", pod => pod.At("metadata", "deletionTimestamp") is not null);
        await cluster.DeleteAsync($"/api/v1/namespaces/{name}/pods/slow", """{"gracePeriodSeconds":0}""");
        await cluster.UntilNoneAsync(ResourceType.Namespaces, ns => ns.Name() == name);
    }

    [Fact]
    public async Task The_first_namespaces_stay()
    {
        await using LiveCluster cluster = await LiveCluster.StartAsync();
        JsonObject refused = await cluster.DeleteAsync("/api/v1/namespaces/default", null, HttpStatusCode.Forbidden);
        Assert.Equal("namespaces \"default\" is forbidden: this namespace may not be deleted", refused.Text("message"));
    }
}
