using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Errors;

/// <summary>What a user gives that cannot be right: refused with its own ErrorId, before anything is sent where that can be known.</summary>
public sealed class InputErrorTests : ClusterTests, IClassFixture<StaticCluster>
{
    public InputErrorTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Pods, "default", "web") is not null) return;
        Cluster.StorePod("web", shape: pod => pod["status"]!["phase"] = "Running");
        Cluster.StorePod("static", shape: pod =>
        {
            pod["status"]!["phase"] = "Running";
            pod["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "abc" };
        });
        Cluster.StorePod("succeeded", shape: pod => pod["status"]!["phase"] = "Succeeded");
        Cluster.StorePod("failed", shape: pod => pod["status"]!["phase"] = "Failed");
        Cluster.StorePod("leaving", shape: pod => pod["metadata"]!["deletionTimestamp"] = "2026-01-05T08:00:00Z");
    }

    private RunResult Fail(string errorId, string script, int requests)
    {
        RunResult result = Run(script, ("missing", Path.Combine(Cluster.Folder, "missing.yaml")));
        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Empty(result.Output);
        Assert.Equal(requests, Cluster.Sandbox.Requests.Count);
        return result;
    }

    [Theory]
    [InlineData("Get-Pod -Label 'app=a=b'", "InvalidLabelSelector")]
    [InlineData("Get-Pod -Label 'app in web'", "InvalidLabelSelector")]
    [InlineData("Get-Pod -Label '-bad=1'", "InvalidLabelSelector")]
    [InlineData("Get-Node -Label 'a b'", "InvalidLabelSelector")]
    [InlineData("Get-EphemeralContainer -Label '=x'", "InvalidLabelSelector")]
    [InlineData("Get-Pod -Field 'status.phase'", "InvalidFieldSelector")]
    [InlineData("Get-Node -Field '=x'", "InvalidFieldSelector")]
    [InlineData("Get-Pod Bad_Name", "InvalidPodName")]
    [InlineData("Get-Pod '../secrets'", "InvalidPodName")]
    [InlineData("Get-Pod 'a,b=c'", "InvalidPodName")]
    [InlineData("Get-Pod deploy/web", "InvalidPodName")]
    [InlineData("Get-Pod ''", "InvalidPodName")]
    [InlineData("Get-Node Bad_Name", "InvalidObjectName")]
    [InlineData("Get-Pod -Node 'a/b'", "InvalidObjectName")]
    [InlineData("Get-Pod -Namespace 'a/../b'", "InvalidNamespaceName")]
    [InlineData("Get-Pod -Namespace 'UPPER'", "InvalidNamespaceName")]
    [InlineData("Get-EphemeralContainer 'a/b'", "InvalidPodName")]
    [InlineData("Get-EphemeralContainer 'a?b'", "InvalidPodName")]
    [InlineData("New-EphemeralContainer 'Bad Name'", "InvalidPodName")]
    [InlineData("New-EphemeralContainer '..'", "InvalidPodName")]
    [InlineData("New-EphemeralContainer web -Namespace 'no/way'", "InvalidNamespaceName")]
    [InlineData("New-EphemeralContainer web -Name 'Bad Name'", "InvalidContainerName")]
    [InlineData("New-EphemeralContainer web -Name (('a' * 64))", "InvalidContainerName")]
    [InlineData("New-EphemeralContainer web -Image 'Bad Image'", "InvalidImageReference")]
    [InlineData("New-EphemeralContainer web -Image ''", "InvalidImageReference")]
    [InlineData("New-EphemeralContainer web -Image busybox:", "InvalidImageReference")]
    [InlineData("New-EphemeralContainer web -Env @{ 'A=B' = 1 }", "InvalidEnvironmentName")]
    [InlineData("New-EphemeralContainer web -Env @{ '' = 1 }", "InvalidEnvironmentName")]
    [InlineData("New-EphemeralContainer web -Tty", "TtyNeedsStdin")]
    [InlineData("New-EphemeralContainer web -StdinOnce", "StdinOnceNeedsStdin")]
    [InlineData("New-EphemeralContainer web -Target app -NoTarget", "TargetAndNoTarget")]
    [InlineData("New-EphemeralContainer web -RunAsUser -1", "InvalidUserOrGroup")]
    [InlineData("New-EphemeralContainer web -RunAsGroup 4294967296", "InvalidUserOrGroup")]
    [InlineData("New-EphemeralContainer web -CustomProfile @{ image = 'x' }", "CustomProfileFieldNotModifiable")]
    [InlineData("New-EphemeralContainer web -CustomProfile @{ ports = @(@{ containerPort = 1 }) }", "ContainerFieldForbidden")]
    [InlineData("New-EphemeralContainer web -CustomProfile 'a: ['", "SpecUnreadable")]
    [InlineData("New-EphemeralContainer web -CustomProfile $missing", "SpecFileUnreadable")]
    [InlineData("New-EphemeralContainer web -Spec $missing", "SpecFileUnreadable")]
    [InlineData("New-EphemeralContainer web -Spec (1, 2)", "SpecNotAnObject")]
    [InlineData("New-EphemeralContainer web -Spec '{'", "SpecUnreadable")]
    [InlineData("New-EphemeralContainer web -Spec \"a: &x [*x]`n\"", "SpecUnreadable")]
    [InlineData("New-EphemeralContainer web -Spec @{ cmd = 'sh' }", "ContainerFieldUnknown")]
    [InlineData("New-EphemeralContainer web -Spec @{ stdin = 'perhaps' }", "ContainerFieldInvalid")]
    [InlineData("New-EphemeralContainer web -Spec @{ imagePullPolicy = 'Sometimes' }", "InvalidImagePullPolicy")]
    [InlineData("New-EphemeralContainer web -Spec @{ env = @(@{ name = 'A=B' }) }", "InvalidEnvironmentName")]
    public void What_can_be_judged_here_is_refused_before_anything_is_sent(string script, string errorId) => Fail(errorId, script, requests: 0);

    [Theory]
    [InlineData("New-EphemeralContainer static", "StaticPod")]
    [InlineData("New-EphemeralContainer succeeded", "PodFinished")]
    [InlineData("New-EphemeralContainer failed", "PodFinished")]
    [InlineData("New-EphemeralContainer leaving", "PodBeingDeleted")]
    [InlineData("New-EphemeralContainer web -Name app", "ContainerNameTaken")]
    [InlineData("New-EphemeralContainer web -Target nobody", "TargetNotFound")]
    [InlineData("New-EphemeralContainer web -Spec @{ volumeMounts = @(@{ name = 'nothing'; mountPath = '/x' }) }", "VolumeNotFound")]
    public void What_the_pod_forbids_is_refused_without_a_patch(string script, string errorId)
    {
        Fail(errorId, script, requests: 1);
        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public void A_name_that_cannot_be_does_not_stop_the_others()
    {
        RunResult result = Run("Get-Pod 'a,b=c', web, Bad_Name");
        Assert.Equal(["web"], result.Values("Name"));
        Assert.Equal(["InvalidPodName", "InvalidPodName"], result.ErrorIds);
    }

    [Fact]
    public void Every_field_that_the_server_forbids_is_named()
    {
        RunResult result = Fail("ContainerFieldForbidden", """
            New-EphemeralContainer web -Spec @{
                image = 'busybox'; ports = @(@{ containerPort = 80 }); resources = @{ limits = @{ cpu = '1' } }; lifecycle = @{ preStop = @{} }
                livenessProbe = @{ periodSeconds = 1 }; readinessProbe = @{ periodSeconds = 1 }; startupProbe = @{ periodSeconds = 1 }; restartPolicy = 'Always'
                volumeMounts = @(@{ name = 'x'; mountPath = '/x'; subPath = 'y' })
            }
            """, requests: 0);
        foreach (string field in new[] { "ports", "resources", "lifecycle", "livenessProbe", "readinessProbe", "startupProbe", "restartPolicy", "volumeMounts[0].subPath" })
            Assert.Contains($"{field}: cannot be set", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_field_is_named_with_the_one_that_was_meant() =>
        Assert.Contains("did you mean 'command'", Fail("ContainerFieldUnknown", "New-EphemeralContainer web -Spec @{ comand = 'sh' }", requests: 0).Errors[0].ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_missing_target_names_those_that_there_are() =>
        Assert.Contains("it has: app", Fail("TargetNotFound", "New-EphemeralContainer web -Target nobody", requests: 1).Errors[0].ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("-Profile Nothing")]
    [InlineData("-ImagePullPolicy Sometimes")]
    [InlineData("-TimeoutSec -1")]
    [InlineData("-TimeoutSec soon")]
    [InlineData("-RunAsUser root")]
    [InlineData("-Env 'A=1'")]
    public void What_PowerShell_cannot_bind_is_refused(string parameters)
    {
        RunResult result = Run($"New-EphemeralContainer web {parameters}");
        Assert.Single(result.Errors);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Theory]
    [InlineData("Get-Pod")]
    [InlineData("Get-Pod web")]
    [InlineData("Get-EphemeralContainer")]
    [InlineData("Get-EphemeralContainer web")]
    [InlineData("New-EphemeralContainer web")]
    [InlineData("Wait-EphemeralContainer web")]
    [InlineData("Get-EphemeralContainerLog web")]
    public void A_namespace_that_does_not_exist_is_an_error(string command)
    {
        RunResult result = Run($"{command} -Namespace nowhere");

        Assert.Equal(["NamespaceNotFound"], result.ErrorIds);
        Assert.Contains("'nowhere'", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("kubectl get namespaces", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Pod -Namespace default nobody", "PodNotFound")]
    [InlineData("New-EphemeralContainer nobody -Namespace default", "PodNotFound")]
    public void Who_may_not_read_namespaces_hears_of_the_pod(string command, string errorId)
    {
        Engine.UseKubeConfig(Cluster.KubeConfigOf("developer"));
        Assert.Equal([errorId], Run(command).ErrorIds);
    }
}
