using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Web.Fixtures;

namespace RlsChat.Tests.Web;

/// <summary>The tabs that show how the database decides.</summary>
public sealed class TabTests(PageFixture fixture) : PageTest(fixture)
{
    [Fact]
    public async Task Two_people_side_by_side_get_different_rows()
    {
        await using var visitor = await Fixture.Visit(hash: "#/compare");
        var rows = visitor.Page.Locator(".sides [role=row]");
        var merger = rows.Filter(new() { HasText = "The merger" });
        await Expect(merger.Locator("[role=cell]").First).ToContainTextAsync("Not in Ana’s response");
        await Expect(merger.Locator("[role=cell]").Last).ToContainTextAsync("Only in Dan’s response");
        await Expect(visitor.Page.Locator(".sent")).ToContainTextAsync("GET /chats?scope=organization");

        // The policies are the operator's to see. What they show to both, the WHERE may leave out.
        await visitor.Button("Look as Olga, the demo operator").ClickAsync();
        await Expect(visitor.Page.Locator("[aria-labelledby=decided]")).ToContainTextAsync("Members see every chat in their organization.");
        await visitor.Button("Name the policy that shows or hides each row").ClickAsync();
        await Expect(visitor.Page.Locator(".seen").First).ToContainTextAsync("by policy org_access or policy select_public_signed_in");
        await Expect(merger.Locator("[role=cell]").First).ToContainTextAsync("hidden by the policies");
        await Expect(rows.Filter(new() { HasText = "Globex news" }).Locator("[role=cell]").First)
            .ToContainTextAsync("the WHERE or LIMIT leaves it out, Ana can see it by policy select_public_signed_in");

        await visitor.Page.GetByLabel("Second person").SelectOptionAsync("ben@acme.example");
        await Expect(visitor.Page.Locator(".sent")).ToContainTextAsync("2 in both responses, 0 in one");

        // Development shows the statements, which are the same for both, without a secret.
        await Expect(visitor.Page.Locator("[aria-labelledby=sql]")).ToContainTextAsync("from public.\"Chat\"");
        await Expect(visitor.Page.Locator("[aria-labelledby=sql]")).ToContainTextAsync("set_config('auth.uid', $1, true)");
        await Expect(visitor.Page.Locator("[aria-labelledby=sql]")).ToContainTextAsync("Both people ran the same text.");

        visitor.Expects("404");
        await visitor.Page.GetByLabel("Request").SelectOptionAsync("Messages of one chat");
        await visitor.Page.GetByLabel("Second person").SelectOptionAsync("dan@globex.example");
        await visitor.Page.GetByRole(AriaRole.Combobox, new() { NameRegex = new("^Chat") }).SelectOptionAsync("The merger");
        await Expect(visitor.Page.Locator(".heads")).ToContainTextAsync("404");
        await Expect(visitor.Text("Nobody at Acme may read this.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Policies_are_for_operators_in_words_and_as_expressions()
    {
        await using var visitor = await Fixture.Visit("Ana", "#/policies");
        await Expect(visitor.Page.Locator("main")).ToContainTextAsync("This needs the permission can_view_monitoring");
        await visitor.SignIn("Olga");
        await visitor.Go("#/policies");
        await Expect(visitor.Page.Locator(".tools")).ToContainTextAsync("RLS enabled and forced on all");
        await visitor.Page.GetByLabel("Search").FillAsync("vote reader");
        await Expect(visitor.Page.Locator(".grid-row h2").GetByText("AuditEvent")).ToHaveCountAsync(0);

        var cell = visitor.Button(new System.Text.RegularExpressions.Regex("^Vote, select:"));
        await cell.FocusAsync();
        await cell.PressAsync("Enter");
        var dialog = visitor.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("\"Chat\" c");
        await visitor.IsAccessible("the dialog");
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);

        // An expression is laid out, without brackets that join nothing.
        await visitor.Page.GetByLabel("Search").FillAsync("document");
        await visitor.Button(new System.Text.RegularExpressions.Regex("^Document, select:")).ClickAsync();
        await Expect(dialog.Locator("pre").Filter(new() { HasText = "uid()" })).ToHaveTextAsync(
            "\"userId\" = (SELECT auth.uid()) AND ( \"organizationId\" IS NULL OR \"organizationId\" = (SELECT auth.organization_id()) )");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", """alter table public."Vote" no force row level security""");
        try
        {
            await visitor.Page.ReloadAsync();
            await Expect(visitor.Page.Locator(".tools")).ToContainTextAsync("1 table not protected");
            await Expect(visitor.Page.Locator(".grid-row.faulty")).ToContainTextAsync("RLS is not forced");
        }
        finally
        {
            await Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", """alter table public."Vote" force row level security""");
        }
    }

    /// <summary>From a row that is missing in a response to what would have to be different.</summary>
    [Fact]
    public async Task Why_a_person_does_not_see_a_row()
    {
        await using var visitor = await Fixture.Visit(hash: "#/compare");
        await visitor.Page.GetByLabel("Why is Plans for the spring not in Dan’s response?").ClickAsync();
        await visitor.Button("Look as Olga, the demo operator").ClickAsync();
        var told = visitor.Page.Locator(".told");
        await Expect(told).ToContainTextAsync("Dan cannot read this row");
        await Expect(told.Locator(".lets")).ToContainTextAsync("Members see every chat in their organization.");
        await Expect(told.Locator(".lets")).ToContainTextAsync("Now false: \"organizationId\" = auth.organization_id()");
        await Expect(told.Locator(".tree").First).ToContainTextAsync("\"organizationId\" = auth.organization_id()");
        await Expect(told).ToContainTextAsync("Not delivered");
        await visitor.IsAccessible("an explanation");

        // An access token is as good as an address, and its session is asked for.
        await visitor.Page.GetByLabel("Person").FillAsync((await Fixture.SignUp("nora")).AccessToken);
        await visitor.Button("Explain").ClickAsync();
        await Expect(told).ToContainTextAsync("The token’s person cannot read this row");

        // The answer goes with its question.
        await visitor.Page.GetByLabel("Person").FillAsync("ben@acme.example");
        await Expect(told).ToHaveCountAsync(0);
        await visitor.Button("Explain").ClickAsync();
        await Expect(told).ToContainTextAsync("Ben can read this row: policy org_access");
        // Rows of other tables can be chosen; a grant that is missing is named.
        foreach (var table in (string[])["sessions", "Role", "Vote", "Document"])
        {
            await visitor.Page.GetByLabel("Table").SelectOptionAsync(table);
            await Expect(visitor.Page.GetByLabel("Row").Locator("option").First).ToContainTextAsync("(seen by ");
        }

        await visitor.Page.GetByLabel("Command").SelectOptionAsync("update");
        await visitor.Button("Explain").ClickAsync();
        await Expect(told.Locator(".lets")).ToContainTextAsync("This would have to be granted");
        await Expect(told.Locator(".lets")).ToContainTextAsync("grant update on public.\"Document\" to regular_user");
        await Expect(told.Locator(".lets ul:empty")).ToHaveCountAsync(0);
        await visitor.Page.GetByLabel("Table").SelectOptionAsync("Chat");
        await visitor.Page.GetByLabel("Row").SelectOptionAsync(new SelectOptionValue { Label = "Plans for the spring (seen by Ana, Ben, Cleo)" });

        await visitor.Button("Who can?").First.ClickAsync();
        await visitor.Button("Who can?").Last.ClickAsync();
        await Expect(visitor.Page.Locator("table")).ToContainTextAsync("Cleo");
        await Expect(visitor.Page.Locator("table")).Not.ToContainTextAsync("Dan");

        await visitor.Button("What can somebody reach?").ClickAsync();
        await visitor.Page.GetByLabel("Person").FillAsync("eve@example.org");
        await visitor.Button("Count").ClickAsync();
        await Expect(visitor.Page.Locator("tr").Filter(new() { HasText = "CreditEntry" })).ToContainTextAsync("no grant");
        await Expect(visitor.Page.Locator("h2").Filter(new() { HasText = "Rows that Eve can reach" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Health_is_live_and_runs_the_checks()
    {
        await using var visitor = await Fixture.Visit("Olga", "#/health");
        await Expect(visitor.Page.GetByRole(AriaRole.List, new() { Name = "State", Exact = true })).ToContainTextAsync("Ready");
        await Expect(visitor.Page.Locator("rls-chart canvas")).ToHaveCountAsync(4);
        await Expect(visitor.Page.GetByLabel("Connections: database", new() { Exact = false })).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("section").Filter(new() { HasText = "Standbys" })).ToContainTextAsync("The primary answers every read");
        await Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", """create table public."Loose" ("id" uuid primary key)""");
        try
        {
            await visitor.Button("Run the checks").ClickAsync();
            await Expect(visitor.Page.Locator(".findings")).ToContainTextAsync("Loose");

            // Drift is shown expression by expression.
            await Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", """alter policy select_public on public."Chat" using (true)""");
            await visitor.Button("Run the checks").ClickAsync();
            await Expect(visitor.Page.Locator(".drift").Filter(new() { HasText = "visibility" })).ToBeVisibleAsync();
            await visitor.IsAccessible("drift");
        }
        finally
        {
            await Sql.Run(Fixture.Database.OwnerConnectionString, "set role rlschat_owner", """drop table public."Loose" """,
                """alter policy select_public on public."Chat" using ("visibility" = 'public')""");
        }

        await visitor.Button("Run the checks").ClickAsync();
        await Expect(visitor.Page.Locator(".checks").First).Not.ToContainTextAsync("Loose");

        // A request that is refused meanwhile leads to its explanation.
        var (ana, ben, organization) = await Fixture.Two();
        (await ben.Patch($"/chats/{await ana.Begin("Plans", organizationId: organization)}", new { title = "Mine" })).Is(403);
        await visitor.Button("Read again").ClickAsync();
        await visitor.Page.GetByLabel("Why was chats.update refused?").First.ClickAsync();
        await Expect(visitor.Page.Locator(".told")).ToContainTextAsync("cannot change this row");
    }

    /// <summary>Every tab at two widths, light and dark; the pictures land in an ignored folder.</summary>
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task Every_tab_fits_and_is_accessible(int width, ColorScheme scheme)
    {
        var folder = Path.Combine(Repository.Root, "tests", "web", "screenshots");
        await using var visitor = await Fixture.Visit(width: width, scheme: scheme);
        await Look("start", "");
        await Look("account", "#/account");
        await visitor.SignIn("Ana");
        await visitor.Go("#/chat/organization");
        await visitor.Page.Locator(".rows a").First.HoverAsync();
        Assert.NotEqual(await Background(".rows a"), await Background(".rows a .tag"));
        await visitor.Page.Locator(".rows").GetByText("Plans for the spring").ClickAsync();
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator(".message time").Last).Not.ToHaveAttributeAsync(
            "datetime", (await visitor.Page.Locator(".message time").First.GetAttributeAsync("datetime"))!);
        await Expect(visitor.Page.Locator("nav a").Last).ToBeInViewportAsync();
        await Look("chat", null);
        await visitor.Go("#/documents/organization");
        await visitor.Page.Locator(".rows").GetByText("Handbook").ClickAsync();
        await visitor.Page.GetByLabel("Compare with").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(visitor.Page.Locator(".diff ins").First).ToBeVisibleAsync();
        await Look("documents", null);
        await Look("needed", "#/policies");
        await visitor.Button("Look as Olga, the demo operator").ClickAsync();
        await visitor.Go("#/compare");
        await visitor.Button("Name the policy that shows or hides each row").ClickAsync();
        await Expect(visitor.Page.Locator(".sides")).ToContainTextAsync("hidden by the policies");
        await Look("compare", null);
        await Look("policies", "#/policies");
        await visitor.Go("#/why");
        await visitor.Button("Explain").ClickAsync();
        await Expect(visitor.Page.Locator(".told")).ToBeVisibleAsync();
        await Look("why", null);
        await Look("health", "#/health");

        Task<string> Background(string first) => visitor.Page.Locator(first).First.EvaluateAsync<string>("one => getComputedStyle(one).backgroundColor");

        async Task Look(string name, string? hash)
        {
            if (hash is not null)
            {
                await visitor.Go(hash);
            }

            await visitor.Settle();
            await visitor.Page.Mouse.MoveAsync(0, 0);
            await visitor.Page.EvaluateAsync("() => scrollTo(0, 0)");
            var where = $"{name}-{width}-{scheme}".ToLowerInvariant();
            await visitor.Fits(where);
            await visitor.IsAccessible(where);
            await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{where}.png"), FullPage = true });
        }
    }
}
