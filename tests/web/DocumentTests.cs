using RlsChat.Tests.Web.Fixtures;

namespace RlsChat.Tests.Web;

/// <summary>Documents: versions, what differs between two, and suggestions.</summary>
public sealed class DocumentTests(PageFixture fixture) : PageTest(fixture)
{
    [Fact]
    public async Task A_document_is_written_suggested_to_and_compared()
    {
        var (ana, ben, _) = await Fixture.Two();
        await using var writer = await Fixture.Visit();
        await writer.SignIn(ben);
        await writer.Go("#/documents");
        await Expect(writer.Text("No documents yet")).ToBeVisibleAsync();
        await writer.Button("New document").ClickAsync();
        await writer.Page.GetByLabel("Title").FillAsync("Handbook");
        await writer.Page.GetByLabel("Content", new() { Exact = true }).FillAsync("Welcome.\nAsk first.\nMerge.");
        await writer.Page.Locator("[name=where]").SelectOptionAsync("organization");
        await writer.Button("Create").ClickAsync();
        await Expect(writer.Page.Locator(".content")).ToContainTextAsync("Ask first.");

        // The administrator reads it, suggests, and may not decide.
        await using var reader = await Fixture.Visit(width: 360);
        await reader.SignIn(ana);
        await reader.Go("#/documents/organization");
        await reader.Page.Locator(".rows").GetByText("Handbook").ClickAsync();
        await reader.Button("Suggest a change").ClickAsync();
        await reader.Page.GetByLabel("Text now").FillAsync("Ask first.");
        await reader.Page.GetByLabel("Text suggested").FillAsync("Ask first, <b>then</b> test.");
        await reader.Page.GetByLabel("Why (optional)").FillAsync("Tests find more.");
        await reader.Button("Suggest").ClickAsync();
        await Expect(reader.Page.Locator(".suggestion")).ToContainTextAsync("Ask first, <b>then</b> test.");
        reader.Expects("403");
        await reader.Button("Resolve").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The database refused this");
        await Expect(reader.Page.Locator(".refusal").GetByText("Why?")).ToBeVisibleAsync();

        // A refusal comes into view, and why explains what was refused: the version, not the suggestion.
        await reader.Button("New version").ClickAsync();
        await reader.Button("Save as a new version").ClickAsync();
        await Expect(reader.Page.Locator(".refusal")).ToContainTextAsync("You tried to write a new version.");
        await Expect(reader.Page.Locator(".refusal a")).ToBeInViewportAsync();
        await reader.Button("Cancel").ClickAsync();
        await reader.Button("Accept").ClickAsync();
        await reader.Page.Locator(".refusal").GetByText("Why?").ClickAsync();
        await reader.Button("Look as Olga, the demo operator").ClickAsync();
        await Expect(reader.Page.Locator(".told h2")).ToBeInViewportAsync();
        await Expect(reader.Page.Locator(".told h2")).ToContainTextAsync("insert this row (42501): restrictive insert policy insert_free_id");
        await Expect(reader.Page.Locator(".lets")).ToContainTextAsync("No version goes under an id that belongs to another person.");

        await writer.Page.ReloadAsync();
        await writer.Button("Accept").ClickAsync();
        await Expect(writer.Page.Locator(".content")).ToContainTextAsync("Ask first, <b>then</b> test.");
        await Expect(writer.Text("None yet. Select a passage and suggest another wording.")).ToBeVisibleAsync();
        await writer.Settle();
        await writer.Page.GetByLabel("Compare with").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(writer.Page.Locator(".document [role=status]")).ToContainTextAsync("1 line added, 1 line removed.");
        await Expect(writer.Page.Locator(".diff ins")).ToContainTextAsync("Ask first, <b>then</b> test.");
        await Expect(writer.Page.Locator(".diff del")).ToContainTextAsync("Ask first.");
        await writer.IsAccessible("a comparison");

        await writer.Page.GetByRole(AriaRole.Combobox, new() { NameRegex = new("^Version") }).SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(writer.Page.Locator(".suggestion")).ToContainTextAsync("resolved");
        await Expect(writer.Page.GetByLabel("Compare with").Locator("option:checked")).ToHaveTextAsync("nothing");
        await Expect(writer.Page.Locator(".diff")).ToHaveCountAsync(0);
        await writer.Button("New version").ClickAsync();
        await writer.Page.Locator("[name=content]").FillAsync("");
        await writer.Button("Save as a new version").ClickAsync();
        await Expect(writer.Page.Locator(".document")).ToContainTextAsync("3 versions");
        await writer.IsAccessible("a document");

        await writer.Button("Delete").ClickAsync();
        await writer.Page.GetByRole(AriaRole.Alertdialog).GetByText("Delete", new() { Exact = true }).ClickAsync();
        await Expect(writer.Text("No documents here")).ToBeVisibleAsync();
    }

    /// <summary>Lines in both, only before, only after; also of texts that are long, empty or the same.</summary>
    [Theory]
    [InlineData("a\nb\nc", "a\nc\nd", " a-b c+d")]
    [InlineData("", "a", "+a")]
    [InlineData("a\n", "a", " a-")]
    [InlineData("a\nb", "a\nb", " a b")]
    [InlineData("a\nb\na\nb", "b\na\nb\na", "-a b a b+a")]
    public async Task A_difference_is_by_line(string before, string after, string expected)
    {
        await using var visitor = await Fixture.Visit();
        Assert.Equal(expected, await visitor.Page.EvaluateAsync<string>(
            "async ([before, after]) => (await import('/page/diff.js')).diff(before, after).map(([kind, line]) => kind + line).join('')", new[] { before, after }));
        Assert.Equal(20_000, await visitor.Page.EvaluateAsync<int>(
            "async () => { const text = (from, to) => Array.from({ length: to - from }, (_, n) => `${n + from}`).join('\\n'); return (await import('/page/diff.js')).diff(text(0, 10000), text(10000, 20000)).length; }"));
    }
}
