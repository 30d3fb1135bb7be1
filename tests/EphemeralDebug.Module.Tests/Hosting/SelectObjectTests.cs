using System.Management.Automation;
using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Hosting;

public sealed class SelectObjectTests
{
    // Counts what it lets by in $made, and says in $ended whether it came to its own end.
    private const string Source = "function Source { begin { $global:made = 0 } end { foreach ($i in 1..1000000) { $global:made++; $i }; $global:ended = $true } }; ";

    [Theory]
    [InlineData("Source | Select-Object -First 3", new[] { 1, 2, 3 }, 3)]
    [InlineData("Source | Where-Object { $_ % 2 -eq 0 } | Select-Object -First 2", new[] { 2, 4 }, 4)]
    [InlineData("Source | Select-Object -Skip 5 -First 1", new[] { 6 }, 6)]
    [InlineData("Source | Select-Object -Index 4, 1", new[] { 2, 5 }, 5)]
    [InlineData("Source | Select-Object -First 2 | ForEach-Object { $_ * 10 }", new[] { 10, 20 }, 2)]
    public void It_stops_what_comes_before_it(string pipeline, int[] expected, int made)
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run(Source + pipeline);

        Assert.Equal(PSInvocationState.Completed, result.State);
        Assert.Empty(result.Errors);
        Assert.Equal(expected, result.As<int>());
        Assert.Equal(made, Assert.Single(engine.Run("$made").As<int>()));
        Assert.True(Assert.Single(engine.Run("$null -eq $ended").As<bool>()));
    }

    [Fact]
    public void What_follows_in_the_script_runs_on()
    {
        using ModuleEngine engine = new(import: false);
        Assert.Equal([1, 42], engine.Run(Source + "Source | Select-Object -First 1; 42").As<int>());
    }

    [Fact]
    public void First_and_last_go_together() =>
        Assert.Equal([1, 9, 10], Run("1..10 | Select-Object -First 1 -Last 2").As<int>());

    [Fact]
    public void Names_wildcards_and_calculations_make_new_objects()
    {
        RunResult result = Run("[pscustomobject]@{ Name = 'a'; Age = 3; Nation = 'x' } | Select-Object N*, @{ n = 'Twice'; e = { $_.Age * 2 } }, Missing");
        PSObject item = Assert.Single(result.Output);
        Assert.Equal(["Name", "Nation", "Twice", "Missing"], item.Properties.Select(property => property.Name));
        Assert.Equal("6", item.Properties["Twice"].Value.ToString());
        Assert.Null(item.Properties["Missing"].Value);
    }

    [Fact]
    public void A_property_can_take_the_objects_place() =>
        Assert.Equal([1, 2, 3], Run("[pscustomobject]@{ List = 1, 2 }, [pscustomobject]@{ List = 3 } | Select-Object -ExpandProperty List").As<int>());

    private static RunResult Run(string script)
    {
        using ModuleEngine engine = new(import: false);
        return engine.Run(script);
    }
}
