using System.Text.Json.Nodes;
using EphemeralDebug.Module.Tests.Harness;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Module.Tests.Commands;

/// <summary>Without -Profile, the most capable profile that the namespace admits; with one, that and no other.</summary>
public sealed class ProfileTests : ClusterTests, IClassFixture<StaticCluster>
{
    public ProfileTests(StaticCluster cluster) : base(cluster)
    {
        if (Cluster.Store.Get(ResourceType.Namespaces, null, "baseline") is not null) return;
        foreach (string level in new[] { "privileged", "baseline", "restricted" })
        {
            Cluster.AddNamespace(level, ("pod-security.kubernetes.io/enforce", level));
            Cluster.StorePod("web", level, Compliant);
        }
    }

    private static void Compliant(JsonObject pod)
    {
        TestCluster.Runs(pod);
        pod["spec"]!["securityContext"] = TestCluster.Parse("""{ "runAsNonRoot": true, "runAsUser": 1001, "runAsGroup": 2002, "seccompProfile": { "type": "RuntimeDefault" } }""");
        pod["spec"]!["containers"]![0]!["securityContext"] = TestCluster.Parse("""{ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } }""");
    }

    [Theory]
    [InlineData("privileged", "General", 1)]
    [InlineData("baseline", "Baseline", 2)]
    [InlineData("restricted", "Restricted", 3)]
    public void Auto_falls_to_what_the_namespace_admits_and_says_so(string level, string profile, int tries)
    {
        RunResult result = Succeed($"New-EphemeralContainer web -n {level} -DryRun -Verbose");

        Assert.Equal([profile], result.Values("Profile"));
        Assert.Equal(tries, Cluster.Patches.Count);
        Assert.Contains($"{level}/web: profile {profile}.", result.Verbose);
        Assert.Equal(tries - 1, result.Verbose.Count(line => line.Contains("is refused", StringComparison.Ordinal)));
        Assert.Contains($"VERBOSE: {level}/web: profile {profile}.", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_users_identity_where_it_falls_to_Restricted()
    {
        Succeed("New-EphemeralContainer web -n restricted -NoWait");
        JsonNode security = Assert.Single(Cluster.EphemeralContainers("web", "restricted"))["securityContext"]!;

        Assert.Equal(1001, (long?)security["runAsUser"]);
        Assert.Equal(2002, (long?)security["runAsGroup"]);
        Assert.True((bool?)security["runAsNonRoot"]);
    }

    [Theory]
    [InlineData("baseline", "General")]
    [InlineData("baseline", "Sysadmin")]
    [InlineData("restricted", "Netadmin")]
    [InlineData("restricted", "Baseline")]
    public void An_explicit_profile_that_is_refused_is_an_error(string level, string profile)
    {
        RunResult result = Run($"New-EphemeralContainer web -n {level} -DryRun -Profile {profile}");

        Assert.Equal(["PodSecurityViolation"], result.ErrorIds);
        Assert.Contains($"violates PodSecurity \"{level}:latest\"", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("-Profile Auto", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(Cluster.Patches);
    }

    [Theory]
    [InlineData("baseline", "Baseline")]
    [InlineData("restricted", "Restricted")]
    [InlineData("privileged", "Sysadmin")]
    public void An_explicit_profile_that_is_admitted_is_taken(string level, string profile) =>
        Assert.Equal([profile], Succeed($"New-EphemeralContainer web -n {level} -DryRun -Profile {profile}").Values("Profile"));

    [Fact]
    public void What_no_profile_can_satisfy_is_an_error()
    {
        RunResult result = Run("New-EphemeralContainer web -n restricted -DryRun -RunAsUser 0");

        Assert.Equal(["PodSecurityViolation"], result.ErrorIds);
        Assert.Contains("runAsUser", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_specification_with_its_own_security_context_is_left_alone()
    {
        RunResult result = Succeed("New-EphemeralContainer web -n privileged -DryRun -Spec @{ securityContext = @{ runAsUser = 7 } }");

        SameJson("""{"runAsUser":7}""", ContainerOf(Assert.Single(Cluster.Patches))["securityContext"]);
        Assert.Equal([null], result.Values("Profile"));
    }
}
