using System.Text;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("a", "\"a\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("true", "true")]
    [InlineData("no", "false")]
    [InlineData("y", "true")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("42", "42")]
    [InlineData("-7", "-7")]
    [InlineData("0x1F", "31")]
    [InlineData("0755", "493")]
    [InlineData("0o17", "15")]
    [InlineData("0b101", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("089", "89")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("2026-01-02", "\"2026-01-02\"")]
    [InlineData("10.0.0.1", "\"10.0.0.1\"")]
    [InlineData("-", "[null]")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("!!int '12'", "12")]
    [InlineData("!!binary aGVsbG8=", "\"hello\"")]
    [InlineData("|\n  one\n  two\n", "\"one\\ntwo\\n\"")]
    [InlineData(">-\n  one\n  two\n", "\"one two\"")]
    public void A_scalar_means_what_it_means_to_kubectl(string yaml, string json) =>
        Assert.Equal(json, YamlReader.Parse(yaml)?.ToJsonString() ?? "null");

    [Fact]
    public void Maps_lists_comments_and_the_first_document_only()
    {
        JsonNode? node = YamlReader.Parse("---\n# said by someone\na:\n- b: 1\n  c: [x, {k: z}]\n- null\n1: one\ntrue: two\na2: {}\n---\nsecond: document\n");
        Assert.Equal("""{"a":[{"b":1,"c":["x",{"k":"z"}]},null],"1":"one","true":"two","a2":{}}""", node!.ToJsonString());
    }

    [Fact]
    public void The_last_of_two_equal_keys_counts() => Assert.Equal("""{"a":2}""", YamlReader.Parse("a: 1\na: 2\n")!.ToJsonString());

    [Fact]
    public void Json_with_tabs_and_equal_keys_is_read_as_json() =>
        Assert.Equal("""{"a":2,"b":[true,null]}""", YamlReader.Parse("{\n\t\"a\": 1,\n\t\"a\": 2, \"b\": [true, null]}")!.ToJsonString());

    [Fact]
    public void Aliases_are_copies_and_merge_keys_yield_to_the_own_keys()
    {
        JsonNode? node = YamlReader.Parse("base: &b {x: 1, w: 2}\nother: &o {w: 3, z: 4}\none: *b\ntwo:\n  <<: *b\n  x: 9\nthree:\n  <<: [*b, *o]\n'<<': text\n");
        Assert.Equal("""{"base":{"x":1,"w":2},"other":{"w":3,"z":4},"one":{"x":1,"w":2},"two":{"x":9,"w":2},"three":{"x":1,"w":2,"z":4},"\u003C\u003C":"text"}""", node!.ToJsonString());
    }

    [Theory]
    [InlineData("a: [1, 2\nb: 3\n", 1)]
    [InlineData("a: b\n\tc: d\n", 1)]
    [InlineData("a: 1\nb: *nothing\n", 2)]
    [InlineData("a: &a [*a]\n", 1)]
    [InlineData("a: .inf\n", 1)]
    [InlineData("? [x]\n: 1\n", 1)]
    [InlineData("a: 1\n<<: 5\n", 2)]
    public void What_is_broken_is_named_with_its_line(string yaml, long line)
    {
        YamlFormatException error = Assert.Throws<YamlFormatException>(() => YamlReader.Parse(yaml));
        Assert.InRange(error.Line, line, line + 1);
        Assert.StartsWith("line ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_of_aliases_do_not_fill_the_memory()
    {
        StringBuilder yaml = new("l0: &l0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 20; i++) yaml.Append($"l{i}: &l{i} [").AppendJoin(',', Enumerable.Repeat($"*l{i - 1}", 9)).Append("]\n");
        Assert.Contains("aliases", Assert.Throws<YamlFormatException>(() => YamlReader.Parse(yaml.ToString())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Deep_nesting_is_refused_without_exhausting_the_stack(string open, string close)
    {
        string text = string.Concat(Enumerable.Repeat(open, 20_000)) + string.Concat(Enumerable.Repeat(close, 20_000));
        Assert.Throws<YamlFormatException>(() => YamlReader.Parse(text));
    }
}
