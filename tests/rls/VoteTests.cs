using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Vote" of access-rules.md: who sees, changes and takes back one.</summary>
public sealed partial class VoteTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Vote" where "id" = [vote]""",
        ["change"] = """update public."Vote" set "value" = 'down' where "id" = [vote] returning "id" """,
        ["change_all"] = """update public."Vote" set "value" = 'down'""",
        ["withdraw"] = """delete from public."Vote" where "message_id" = [message] returning "id" """,
        ["withdraw_all"] = """delete from public."Vote" """,
        ["merge_change"] = """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then update set "value" = 'down'""",
        ["merge_withdraw"] = """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then delete""",
        ["upsert"] = """insert into public."Vote" ("id", "message_id", "value") values ([vote], [message], 'down') on conflict ("id") do update set "value" = excluded."value" """,
    };

    // The chat is the owner's. Whose the vote is, the row says.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal, vote of owner", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            owner                    yes     yes     yes        yes      yes          yes          yes            yes
            member                   hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            manager                  hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            admin                    hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            can_manage_chats         hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            outsider                 hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            anonymous                hidden  denied  denied     denied   denied       denied       denied         denied
            """),
        ("personal public, vote of outsider", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            outsider                 yes     yes     yes        yes      yes          yes          yes            yes
            owner                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            member                   yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_chats         yes     hidden  hidden     hidden   hidden       denied       denied         denied
            rival                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            anonymous                yes     denied  denied     denied   denied       denied       denied         denied
            """),
        ("organization, vote of member", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            member                   yes     yes     yes        yes      yes          yes          yes            yes
            owner                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            manager                  yes     hidden  hidden     hidden   hidden       denied       denied         denied
            director                 yes     hidden  hidden     hidden   hidden       denied       denied         denied
            admin                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_chats         yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_view_documents       yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_documents     yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_members       yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_roles         yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_manage_organization  yes     hidden  hidden     hidden   hidden       denied       denied         denied
            can_view_audit           yes     hidden  hidden     hidden   hidden       denied       denied         denied
            left                     hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            outsider                 hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            rival                    hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            loner                    hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            operator                 hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            anonymous                hidden  denied  denied     denied   denied       denied       denied         denied
            """),
        ("organization public, vote of rival", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            rival                    yes     yes     yes        yes      yes          yes          yes            yes
            owner                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            admin                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            left                     yes     hidden  hidden     hidden   hidden       denied       denied         denied
            anonymous                yes     denied  denied     denied   denied       denied       denied         denied
            """),
        ("organization, vote of left", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            left                     hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            owner                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            """),
        // Who has left reads a public chat as anyone does, so their vote there is still theirs.
        ("organization public, vote of left", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            left                     yes     yes     yes        yes      yes          yes          yes            yes
            member                   yes     hidden  hidden     hidden   hidden       denied       denied         denied
            """),
        ("personal public and then hidden, vote of rival", """
            who                      read    change  change_all withdraw withdraw_all merge_change merge_withdraw upsert
            rival                    hidden  hidden  hidden     hidden   hidden       hidden       hidden         denied
            owner                    yes     hidden  hidden     hidden   hidden       denied       denied         denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select v::text from public."Vote" v where "id" = [vote]""");
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, People.Owner);
        Db.Remember("message", await Db.Ask<Guid>(
            """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        if (row.Contains("vote of ", StringComparison.Ordinal))
        {
            await Db.As(row[(row.LastIndexOf(' ') + 1)..]);
            Db.Remember("vote", await Db.Ask<Guid>(
                """insert into public."Vote" ("message_id", "value") values ([message], 'up') returning "id" """));
        }

        if (row.Contains("then hidden", StringComparison.Ordinal))
        {
            await Db.As(People.Owner);
            await Db.Do("""update public."Chat" set "visibility" = 'private' where "id" = [chat]""");
        }

        await Rows.Left(Db, row, who);
    }
}
