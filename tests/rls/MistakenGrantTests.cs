using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// The column grants stop every move before a policy runs. Were one granted by mistake, the policies' checks still stand.
/// Without a WHERE no row is read, so that no select policy stands in the way.
/// </summary>
public sealed class MistakenGrantTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    /// <summary>The table, whose row is the only one of that person, the person, the move, and what comes of it.</summary>
    public static readonly TheoryData<string, string, string, string, Outcome> Moves = new()
    {
        { "Chat", "personal", "owner", """ "userId" = [member] """, Outcome.Denied },
        { "Chat", "personal", "owner", """ "organizationId" = [Globex] """, Outcome.Denied },
        { "Chat", "personal", "owner", """ "organizationId" = [Acme] """, Outcome.Yes },
        { "Chat", "organization", "owner", """ "userId" = [member] """, Outcome.Denied },
        { "Chat", "organization", "owner", """ "organizationId" = [Globex] """, Outcome.Denied },
        { "Chat", "organization", "owner", """ "organizationId" = null """, Outcome.Yes },
        { "Chat", "organization", "can_manage_chats", """ "organizationId" = null """, Outcome.Denied },
        { "Chat", "organization", "can_manage_chats", """ "organizationId" = [Globex] """, Outcome.Denied },
        { "Chat", "organization", "can_manage_chats", """ "userId" = [member] """, Outcome.Yes },
        { "Message", "organization", "member", """ "chatId" = [diary] """, Outcome.Denied },
        { "Message", "organization", "member", """ "userId" = [owner] """, Outcome.Denied },
        { "Message", "organization", "member", """ "chatId" = [mine] """, Outcome.Yes },
        { "Vote", "organization", "member", """ "message_id" = [secret] """, Outcome.Denied },
        { "Vote", "organization", "member", """ "user_id" = [owner] """, Outcome.Denied },
        { "Vote", "organization", "member", """ "user_id" = auth.uid() """, Outcome.Yes },
        { "Suggestion", "organization", "can_view_documents", """ "userId" = [owner] """, Outcome.Denied },
        { "Suggestion", "organization", "can_view_documents", """ ("documentId", "documentCreatedAt") = row ([draft], [draft at]) """, Outcome.Denied },
        { "Suggestion", "organization", "can_view_documents", """ ("documentId", "documentCreatedAt") = row ([other], [other at]) """, Outcome.Yes },
        { "Suggestion", "organization", "owner", """ ("documentId", "documentCreatedAt") = row ([other], [other at]) """, Outcome.Denied },
        { "Suggestion", "organization", "owner", """ ("documentId", "documentCreatedAt") = row ([draft], [draft at]) """, Outcome.Yes },
        { "Role", "organization", "admin", """ "organizationId" = [Globex] """, Outcome.Denied },
        { "Role", "organization", "admin", """ "organizationId" = null """, Outcome.Denied },
        { "Role", "organization", "admin", """ "organizationId" = [Acme] """, Outcome.Yes },
    };

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task A_column_that_is_granted_by_mistake_moves_no_row_out_of_reach(string table, string row, string who, string move, Outcome expected)
    {
        await Rows.Chat(Db, row, People.Owner);
        if (table != "Chat")
        {
            await MakeRows();
        }

        await Db.AsRole("rlschat_owner").Do($"""grant update on public."{table}" to regular_user""");
        Assert.Equal(expected, await Db.As(who).Try($"""update public."{table}" set {move}"""));
    }

    private async Task MakeRows()
    {
        await Db.As("member").Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.Do("""insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        await Rows.Chat(Db, "personal", "member", "mine");
        await Rows.Chat(Db, "personal", People.Owner, "diary");
        await Db.Make("secret", """insert into public."Message" ("chatId", "role", "parts") values ([diary], 'user', '[]')""");
        await Rows.Document(Db, "personal", People.Owner, "draft");
        await Rows.Document(Db, "organization", People.Owner);
        await Rows.Document(Db, "organization", "manager", "other");
        await Db.As("can_view_documents").Do("""
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") values ([document], [document at], 'old', 'new')
            """);
    }
}
