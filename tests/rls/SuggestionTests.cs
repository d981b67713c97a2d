using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Suggestion" of access-rules.md.</summary>
public sealed class SuggestionTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string ById = "organization, by can_view_documents";
    private const string Into = """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") """;
    private const string IntoAs = """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "userId") """;

    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Suggestion" where "id" = [suggestion]""",
        ["reword"] = """update public."Suggestion" set "suggestedText" = 'new' where "id" = [suggestion] returning "id" """,
        ["reword_all"] = """update public."Suggestion" set "suggestedText" = 'new'""",
        ["describe"] = """update public."Suggestion" set "description" = 'new' where "id" = [suggestion]""",
        ["resolve"] = """update public."Suggestion" set "isResolved" = true where "id" = [suggestion] returning "id" """,
        ["resolve_all"] = """update public."Suggestion" set "isResolved" = true""",
        ["both"] = """update public."Suggestion" set "isResolved" = true, "suggestedText" = 'new'""",
        ["delete"] = """delete from public."Suggestion" where "id" = [suggestion] returning "id" """,
        ["delete_all"] = """delete from public."Suggestion" """,
        ["merge_reword"] = """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then update set "suggestedText" = 'new'""",
        ["merge_delete"] = """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then delete""",
        ["upsert"] = """insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText") values ([suggestion], [mine], [mine at], 'old', 'new') on conflict ("id") do update set "suggestedText" = excluded."suggestedText" """,
    };

    // The document is the owner's. Whose the suggestion is, the row says. An upsert hangs the new row on
    // a document of one's own.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                     read   reword reword_all describe resolve resolve_all both   delete delete_all merge_reword merge_delete upsert
        personal, by owner:
          owner                 yes    yes    yes        yes      yes     yes         yes    yes    yes        yes          yes          yes
          others                hidden hidden hidden     hidden   hidden  hidden      hidden hidden hidden     hidden       hidden       denied
          anonymous             denied denied denied     denied   denied  denied      denied denied denied     denied       denied       denied
        organization, by can_view_documents:
          owner                 yes    denied denied     denied   yes     yes         denied yes    yes        denied       yes          denied
          can_view_documents    yes    yes    yes        yes      denied  denied      denied yes    yes        yes          yes          yes
          manager               yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
          director              yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
          admin                 yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
          can_manage_documents  yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
          others                hidden hidden hidden     hidden   hidden  hidden      hidden hidden hidden     hidden       hidden       denied
          anonymous             denied denied denied     denied   denied  denied      denied denied denied     denied       denied       denied
        organization, by owner:
          owner                 yes    yes    yes        yes      yes     yes         yes    yes    yes        yes          yes          yes
          manager               yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
          can_view_documents    yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
        -- The author has left since; in the last of these, so has the owner of the document.
        organization, by manager:
          manager               hidden hidden hidden     hidden   hidden  hidden      hidden hidden hidden     hidden       hidden       denied
          owner                 yes    denied denied     denied   yes     yes         denied yes    yes        denied       yes          denied
        organization, by left:
          left                  hidden hidden hidden     hidden   hidden  hidden      hidden hidden hidden     hidden       hidden       denied
          can_view_documents    yes    hidden hidden     hidden   hidden  hidden      hidden hidden hidden     denied       denied       denied
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row);
        await Rows.Document(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select t::text from public."Suggestion" t where "id" = [suggestion]""");
    }

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["itself"] = $"{Into} values ([document], [document at], 'old', 'new')",
        ["returning"] = $"{Into} values ([document], [document at], 'old', 'new') returning *",
        ["from_document"] = $"""{Into} select d."id", d."createdAt", 'old', 'new' from public."Document" d where d."id" = [document]""",
        ["as_another"] = $"{IntoAs} values ([document], [document at], 'old', 'new', [another])",
        ["resolved"] = $"{IntoAs.Replace("\"userId\"", "\"isResolved\"", StringComparison.Ordinal)} values ([document], [document at], 'old', 'new', true)",
        ["as_nobody"] = $"{IntoAs} values ([document], [document at], 'old', 'new', null)",
        ["do_nothing"] = $"{Into} values ([document], [document at], 'old', 'new') on conflict do nothing",
        ["upsert"] = $"""{Into} values ([document], [document at], 'old', 'new') on conflict ("id") do update set "isResolved" = true""",
        ["merge"] = """merge into public."Suggestion" t using (select gen_random_uuid() as id) s on t."id" = s.id when not matched then insert ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText") values (s.id, [document], [document at], 'old', 'new')""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of("""
        who                     itself returning from_document as_another resolved as_nobody do_nothing upsert merge
        personal:
          owner                 yes    yes       yes           denied     denied   denied    yes        yes    yes
          others                denied denied    hidden        denied     denied   denied    denied     denied denied
          anonymous             denied denied    denied        denied     denied   denied    denied     denied denied
        organization:
          owner                 yes    yes       yes           denied     denied   denied    yes        yes    yes
          manager               yes    yes       yes           denied     denied   denied    yes        yes    yes
          director              yes    yes       yes           denied     denied   denied    yes        yes    yes
          admin                 yes    yes       yes           denied     denied   denied    yes        yes    yes
          can_view_documents    yes    yes       yes           denied     denied   denied    yes        yes    yes
          can_manage_documents  yes    yes       yes           denied     denied   denied    yes        yes    yes
          others                denied denied    hidden        denied     denied   denied    denied     denied denied
          anonymous             denied denied    denied        denied     denied   denied    denied     denied denied
        organization, of left:
          left                  denied denied    hidden        denied     denied   denied    denied     denied denied
          manager               denied denied    hidden        denied     denied   denied    denied     denied denied
          can_view_documents    yes    yes       yes           denied     denied   denied    yes        yes    yes
        """);

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Rows.Document(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "manager" : People.Owner]);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Suggestion" """);
    }

    [Fact]
    public async Task Nobody_moves_a_suggestion_or_changes_whose_it_is()
    {
        await Stand(ById);
        await Expect.NobodyMay(Db,
            """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then update set "userId" = auth.uid()""",
            $"""{Into} values ([document], [document at], 'old', 'new') on conflict ("id") do update set "userId" = auth.uid()""",
            $"{Into} values ([document], '2100-01-01', 'of a version that is not there', 'new')",
            """truncate public."Suggestion" """);
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        regular_user select *
        regular_user insert createdAt, description, documentCreatedAt, documentId, id, isResolved, originalText, suggestedText, userId
        regular_user update description, isResolved, suggestedText
        regular_user delete *
        """,
        await Grants.On(Db, "Suggestion"));

    [Fact]
    public async Task Repeating_the_values_is_allowed_to_the_author_and_the_owner_only()
    {
        await Stand(ById);
        const string Again = """update public."Suggestion" set "suggestedText" = "suggestedText", "isResolved" = "isResolved" """;
        Assert.Equal(Outcome.Yes, await Db.As(People.Owner).Try(Again));
        Assert.Equal(Outcome.Yes, await Db.As("can_view_documents").Try(Again));
        Assert.Equal(Outcome.Hidden, await Db.As("manager").Try(Again));
        Assert.Equal(Outcome.Hidden, await Db.As("member").Try(Again));
    }

    // A policy that asked for the document alone would find two rows where it may find one, and fail.
    [Fact]
    public async Task Each_version_has_its_own_suggestions_and_they_are_written_while_there_are_others()
    {
        await Stand(ById);
        await Db.As(People.Owner);
        await Db.Do("""insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], '2000-01-01', 'first', [Acme])""");
        await Db.As("can_view_documents").Do($"{Into} values ([document], '2000-01-01', 'of the first', 'new')");
        Assert.Equal(2, await Db.Do(Verbs["reword_all"]));
        Assert.Equal(2, await Db.As(People.Owner).Do(Verbs["resolve_all"]));
        Assert.Equal(1, await Db.Do("""delete from public."Suggestion" where "id" = [suggestion]"""));
        Assert.Equal(["of the first"], await Db.As("can_view_documents").List("""select "originalText" from public."Suggestion" """));
        Assert.Equal(1, await Db.Do(Verbs["delete_all"]));
    }

    [Fact]
    public async Task Only_the_documents_owner_reopens_a_resolved_suggestion()
    {
        await Stand(ById);
        await Db.As(People.Owner).Do(Verbs["resolve"]);
        const string Reopen = """update public."Suggestion" set "isResolved" = false""";
        Assert.Equal(Outcome.Yes, await Db.Try(Reopen));
        Assert.Equal(Outcome.Denied, await Db.As("can_view_documents").Try(Reopen));
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["reword"]));
        Assert.Equal(Outcome.Hidden, await Db.As("manager").Try(Reopen));
    }

    // A version is found by its document, never by its date alone, which its author may choose.
    [Fact]
    public async Task A_document_of_the_same_moment_gives_nobody_the_owners_right()
    {
        await Stand(ById);
        await Db.As("can_view_documents").Do("""insert into public."Document" ("title", "createdAt") values ('mine', [document at])""");
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["resolve_all"]));
        Assert.Equal(Outcome.Yes, await Db.As(People.Owner).Try(Verbs["resolve_all"]));
    }

    [Fact]
    public async Task A_suggestion_outlasts_its_author_and_nobody_rewords_it_afterwards()
    {
        await Stand(ById);
        Assert.True(await Db.As("can_view_documents").Ask<bool>("select public.delete_account()"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Suggestion" where "id" = [suggestion]"""));
        foreach (var (who, outcome) in new[] { ("owner", "denied"), ("manager", "hidden"), ("member", "hidden"), ("anonymous", "denied") })
        {
            await Matrix.Check(Db, "of a deleted author", who, "reword", outcome, Verbs["reword_all"],
                """select t::text from public."Suggestion" t where "id" = [suggestion]""");
        }

        Assert.Equal(Outcome.Yes, await Db.As(People.Owner).Try(Verbs["resolve"]));
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["delete"]));
    }

    [Fact]
    public async Task A_document_that_is_handed_over_takes_the_right_to_resolve_along()
    {
        await Stand(ById);
        await Db.As(People.Owner).Do("select public.leave_organization()");
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["resolve_all"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
        Assert.Equal(Outcome.Yes, await Db.As("manager").Try(Verbs["resolve_all"]));
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["reword_all"]));
    }

    private async Task Stand(string row)
    {
        var author = row[(row.LastIndexOf(' ') + 1)..];
        await Rows.Document(Db, row, author == "left" ? "left" : People.Owner);
        await Db.As(author).Make("suggestion", """
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "description")
            values ([document], [document at], 'old', 'old', 'old')
            """);
        if (author is "left" or "manager")
        {
            await Db.Leave(author);
        }
    }
}
