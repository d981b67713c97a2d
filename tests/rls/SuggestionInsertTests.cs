using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Suggestion" of access-rules.md: who makes one, and what nobody does.</summary>
public sealed partial class SuggestionTests
{
    private const string Into = """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") """;
    private const string IntoAs = """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "userId") """;

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

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("personal", """
            who                      itself  returning from_document as_another resolved as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes           denied     denied   denied    yes        yes     yes
            member                   denied  denied    hidden        denied     denied   denied    denied     denied  denied
            manager                  denied  denied    hidden        denied     denied   denied    denied     denied  denied
            admin                    denied  denied    hidden        denied     denied   denied    denied     denied  denied
            can_view_documents       denied  denied    hidden        denied     denied   denied    denied     denied  denied
            outsider                 denied  denied    hidden        denied     denied   denied    denied     denied  denied
            anonymous                denied  denied    denied        denied     denied   denied    denied     denied  denied
            """),
        ("organization", """
            who                      itself  returning from_document as_another resolved as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes           denied     denied   denied    yes        yes     yes
            manager                  yes     yes       yes           denied     denied   denied    yes        yes     yes
            director                 yes     yes       yes           denied     denied   denied    yes        yes     yes
            admin                    yes     yes       yes           denied     denied   denied    yes        yes     yes
            can_view_documents       yes     yes       yes           denied     denied   denied    yes        yes     yes
            member                   denied  denied    hidden        denied     denied   denied    denied     denied  denied
            can_manage_documents     yes     yes       yes           denied     denied   denied    yes        yes     yes
            can_manage_chats         denied  denied    hidden        denied     denied   denied    denied     denied  denied
            left                     denied  denied    hidden        denied     denied   denied    denied     denied  denied
            outsider                 denied  denied    hidden        denied     denied   denied    denied     denied  denied
            rival                    denied  denied    hidden        denied     denied   denied    denied     denied  denied
            operator                 denied  denied    hidden        denied     denied   denied    denied     denied  denied
            anonymous                denied  denied    denied        denied     denied   denied    denied     denied  denied
            """),
        ("organization, of left", """
            who                      itself  returning from_document as_another resolved as_nobody do_nothing upsert  merge
            left                     denied  denied    hidden        denied     denied   denied    denied     denied  denied
            manager                  denied  denied    hidden        denied     denied   denied    denied     denied  denied
            can_view_documents       yes     yes       yes           denied     denied   denied    yes        yes     yes
            """));

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Rows.Document(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "manager" : People.Owner]);
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Suggestion" """);
    }

    [Fact]
    public async Task Nobody_moves_a_suggestion_or_changes_whose_it_is()
    {
        string[] columns = ["id", "documentId", "documentCreatedAt", "originalText", "userId", "createdAt", "version"];
        await Stand("organization, by can_view_documents");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."Suggestion" set "{column}" = default""",
                $"""update public."Suggestion" set "isResolved" = "isResolved", "{column}" = "{column}" where "id" = [suggestion]""",
            }),
            """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then update set "userId" = auth.uid()""",
            $"""{Into} values ([document], [document at], 'old', 'new') on conflict ("id") do update set "userId" = auth.uid()""",
            $"{Into.Replace("\"originalText\"", "\"isResolved\", \"originalText\"", StringComparison.Ordinal)} values ([document], [document at], true, 'old', 'new')",
            $"{Into} values ([document], '2100-01-01', 'of a version that is not there', 'new')",
            """truncate public."Suggestion" """,
        ]);
    }

    [Fact]
    public async Task Nobody_copies_suggestions_in() =>
        await Expect.NobodyCopiesInto(Db, "Suggestion", """ "documentId", "documentCreatedAt", "originalText", "suggestedText" """);

    // The column grants stop every move before a policy runs. Were one granted by mistake, the policy's checks stand.
    [Fact]
    public async Task A_column_that_is_granted_by_mistake_still_moves_no_suggestion()
    {
        await Rows.Document(Db, "organization", "manager", "other");
        await Rows.Document(Db, "personal", People.Owner, "mine");
        await Stand("organization, by can_view_documents");
        await Db.AsRole("rlschat_owner");
        await Db.Do("""grant update ("documentId", "documentCreatedAt", "userId") on public."Suggestion" to regular_user""");
        const string Move = """update public."Suggestion" set ("documentId", "documentCreatedAt") = row """;
        await Db.As("can_view_documents");
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Suggestion" set "userId" = [owner]"""));
        Assert.Equal(Outcome.Denied, await Db.Try($"{Move} ([mine], [mine at])"));
        Assert.Equal(Outcome.Yes, await Db.Try($"{Move} ([other], [other at])"));
        await Db.As(People.Owner);
        Assert.Equal(Outcome.Denied, await Db.Try($"{Move} ([other], [other at])"));
        Assert.Equal(Outcome.Yes, await Db.Try($"{Move} ([mine], [mine at])"));
    }
}
