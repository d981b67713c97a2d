using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Vote" of access-rules.md: who casts one, and what nobody does.</summary>
public sealed partial class VoteTests
{
    // "smuggled" names a chat of one's own beside the message: the trigger says which chat it really is.
    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["itself"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up')""",
        ["returning"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') returning *""",
        ["from_message"] = """insert into public."Vote" ("message_id", "value") select m."id", 'up' from public."Message" m where m."id" = [message]""",
        ["as_another"] = """insert into public."Vote" ("message_id", "value", "user_id") values ([message], 'up', [another])""",
        ["smuggled"] = """insert into public."Vote" ("message_id", "value", "chatId") values ([message], 'up', [mine])""",
        ["do_nothing"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict do nothing""",
        ["upsert"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict ("message_id", "user_id") do update set "value" = excluded."value" """,
        ["merge"] = """merge into public."Vote" v using (select [message]::uuid as id) s on v."message_id" = s.id and v."user_id" = auth.uid() when not matched then insert ("message_id", "value") values (s.id, 'up')""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("personal", """
            who                      itself  returning from_message as_another smuggled do_nothing upsert  merge
            owner                    yes     yes       yes          denied     yes      yes        yes     yes
            member                   denied  denied    hidden       denied     denied   denied     denied  denied
            manager                  denied  denied    hidden       denied     denied   denied     denied  denied
            admin                    denied  denied    hidden       denied     denied   denied     denied  denied
            can_manage_chats         denied  denied    hidden       denied     denied   denied     denied  denied
            outsider                 denied  denied    hidden       denied     denied   denied     denied  denied
            anonymous                denied  denied    denied       denied     denied   denied     denied  denied
            """),
        ("personal public", """
            who                      itself  returning from_message as_another smuggled do_nothing upsert  merge
            owner                    yes     yes       yes          denied     yes      yes        yes     yes
            member                   yes     yes       yes          denied     yes      yes        yes     yes
            loner                    yes     yes       yes          denied     yes      yes        yes     yes
            operator                 yes     yes       yes          denied     yes      yes        yes     yes
            anonymous                denied  denied    denied       denied     denied   denied     denied  denied
            """),
        ("organization", """
            who                      itself  returning from_message as_another smuggled do_nothing upsert  merge
            owner                    yes     yes       yes          denied     yes      yes        yes     yes
            member                   yes     yes       yes          denied     yes      yes        yes     yes
            manager                  yes     yes       yes          denied     yes      yes        yes     yes
            admin                    yes     yes       yes          denied     yes      yes        yes     yes
            can_view_audit           yes     yes       yes          denied     yes      yes        yes     yes
            left                     denied  denied    hidden       denied     denied   denied     denied  denied
            outsider                 denied  denied    hidden       denied     denied   denied     denied  denied
            rival                    denied  denied    hidden       denied     denied   denied     denied  denied
            loner                    denied  denied    hidden       denied     denied   denied     denied  denied
            operator                 denied  denied    hidden       denied     denied   denied     denied  denied
            anonymous                denied  denied    denied       denied     denied   denied     denied  denied
            """),
        ("organization public", """
            who                      itself  returning from_message as_another smuggled do_nothing upsert  merge
            member                   yes     yes       yes          denied     yes      yes        yes     yes
            left                     yes     yes       yes          denied     yes      yes        yes     yes
            rival                    yes     yes       yes          denied     yes      yes        yes     yes
            anonymous                denied  denied    denied       denied     denied   denied     denied  denied
            """));

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        if (verb == "smuggled")
        {
            await Rows.Chat(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");
        }

        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Vote" """);
    }

    [Fact]
    public async Task A_vote_on_a_hidden_message_and_on_none_are_denied_alike()
    {
        await Stand("personal");
        await Db.As("outsider");
        var hidden = await Assert.ThrowsAsync<PostgresException>(() => Db.Undone(() => Db.Do(Inserts["itself"])));
        Db.Remember("message", Guid.NewGuid());
        var none = await Assert.ThrowsAsync<PostgresException>(() => Db.Undone(() => Db.Do(Inserts["itself"])));
        Assert.Equal((hidden.SqlState, hidden.MessageText, hidden.Detail), (none.SqlState, none.MessageText, none.Detail));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, none.SqlState);
    }

    [Fact]
    public async Task Nobody_moves_a_vote_or_changes_whose_it_is()
    {
        string[] columns = ["id", "message_id", "user_id", "chatId", "created_at"];
        await Stand("organization, vote of member");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."Vote" set "{column}" = default""",
                $"""update public."Vote" set "value" = 'up', "{column}" = "{column}" where "id" = [vote]""",
            }),
            """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then update set "user_id" = auth.uid()""",
            """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict ("message_id", "user_id") do update set "chatId" = null""",
            """truncate public."Vote" """,
        ]);
    }

    [Fact]
    public async Task Nobody_copies_votes_in() =>
        await Expect.NobodyCopiesInto(Db, "Vote", """ "message_id", "value" """);

    // The column grants stop every move before a policy runs. Were one granted by mistake, the policy's check stands.
    [Fact]
    public async Task A_column_that_is_granted_by_mistake_still_gives_no_vote_away()
    {
        await Stand("personal");
        Db.Remember("secret", await Db.Ask<Guid>("""select "id" from public."Message" """));
        await Stand("organization, vote of member");
        await Db.AsRole("rlschat_owner");
        await Db.Do("""grant update ("user_id", "message_id") on public."Vote" to regular_user""");
        await Db.As("member");
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Vote" set "message_id" = [secret]"""));
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Vote" set "user_id" = [owner]"""));
        Assert.Equal(Outcome.Yes, await Db.Try("""update public."Vote" set "user_id" = auth.uid()"""));
    }
}
