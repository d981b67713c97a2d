using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>
/// What auth.deliver(…) tells the followers of a stream: its pieces after those that each has, in their order, and how
/// it ended. They follow the stream alone, and only while they see its chat.
/// </summary>
public sealed class DeliverStreamTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    [Fact]
    public async Task Each_gets_the_pieces_that_they_do_not_have()
    {
        await Stream("shared", 0, 1, 2);
        await Stream("shared", "other", 0, 7);
        await Follow("owner@chat/stream", "member@chat/stream+0", "admin@chat/stream+2", "member@chat/other", "member@chat", "member");
        await Listen();
        await Hears("""
            chunk 0 0: owner@chat/stream
            chunk 0 0: member@chat/other
            chunk 1 1: owner@chat/stream
            chunk 1 1: member@chat/stream+0
            chunk 2 2: owner@chat/stream
            chunk 2 2: member@chat/stream+0
            """);
    }

    [Fact]
    public async Task Nothing_is_told_past_a_piece_that_is_missing()
    {
        await Stream("shared", 0, 1, 3);
        await Follow("owner@chat/stream+0", "member@chat/stream+1", "admin@chat/stream+2");
        await Listen();
        await Hears("""
            chunk 1 1: owner@chat/stream+0
            chunk 3 3: admin@chat/stream+2
            """);
    }

    [Fact]
    public async Task A_full_subscriber_is_told_neither_chunks_nor_their_end_but_that_the_stream_is_gone()
    {
        await Stream("shared", 0);
        await Stream("shared", "finished", 0);
        await Follow("owner@chat/stream+full", "member@chat/finished+full", "admin@chat/stream", "admin@chat/finished+0");
        await Does("owner", "select public.finish_stream([finished])");
        Db.Remember("answer", await Db.Ask<Guid>("""select "messageId" from public."Stream" where "id" = [finished]"""));
        await Listen();
        await Hears("""
            chunk 0 0: admin@chat/stream
            finished answer: admin@chat/finished+0
            """, everybody: true);
        await Does("owner", """delete from public."Stream" where "id" = [stream]""");
        await Listen();
        await Hears("""
            finished answer: admin@chat/finished+0
            end not_found: owner@chat/stream+full, admin@chat/stream
            """, everybody: true);
    }

    [Fact]
    public async Task At_most_four_megabytes_at_a_time_by_turns_and_the_end_of_others_all_the_same()
    {
        await Stream("shared", 0);
        await Stream("shared", "large");
        await Db.As("owner");
        for (var i = 0; i < 15; i++)
        {
            await Db.Do($"select public.append_chunk([large], {i}, repeat('x', 65000))");
        }

        // 15 pieces for each of six are 5.9 MB; all have the eleventh before anybody has the twelfth.
        string[] six = ["owner@chat/large", "member@chat/large", "admin@chat/large", "manager@chat/large", "can_manage_chats@chat/large", "can_view_documents@chat/large"];
        await Follow([.. six, "owner@chat/stream", "left@chat/stream"]);
        await Db.Leave("left");
        await Listen();
        var heard = (await Hear(everybody: true)).Lines.Split('\n');
        Assert.Equal(65, heard.Count(line => line.Contains("xxx", StringComparison.Ordinal)));
        Assert.All(six, who => Assert.InRange(heard.Count(line => line.EndsWith($": {who}", StringComparison.Ordinal)), 10, 11));
        Assert.Contains("chunk 0 0: owner@chat/stream", heard);
        Assert.Contains(heard, line => line.StartsWith("end ", StringComparison.Ordinal) && line.Contains("left@chat/stream", StringComparison.Ordinal));
    }

    [Fact]
    public async Task At_most_sixty_four_pieces_at_a_time()
    {
        await Stream("shared", [.. Enumerable.Range(0, 70)]);
        await Follow("owner@chat/stream", "owner@chat/stream+63");
        await Listen();
        var lines = (await Hear()).Lines.Split('\n');
        Assert.Equal(64, lines.Count(line => line.EndsWith(": owner@chat/stream", StringComparison.Ordinal)));
        Assert.Equal(6, lines.Count(line => line.EndsWith(": owner@chat/stream+63", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task How_it_ended_is_told_to_who_has_all_of_it()
    {
        await Stream("shared", 0, 1);
        await Follow("owner@chat/stream", "member@chat/stream+1", "member");
        await Does("owner", "select public.finish_stream([stream])");
        Db.Remember("answer", await Db.Ask<Guid>("""select "messageId" from public."Stream" where "id" = [stream]"""));
        await Stream("shared", "open", 0);
        await Follow("admin@chat/open+0");
        await Listen();
        await Hears("""
            chunk 0 0: owner@chat/stream
            chunk 1 1: owner@chat/stream
            finished answer: member@chat/stream+1
            """);
    }

    [Fact]
    public async Task A_stream_that_fell_silent_is_abandoned()
    {
        await Stream("shared", 0);
        await Follow("owner@chat/stream", "member@chat/stream+0");
        await Listen();
        await Hears("chunk 0 0: owner@chat/stream");
        await Rows.Forge(Db, "Stream", """update public."Stream" set "activeAt" = now() at time zone 'utc' - interval '1 hour' where "id" = [stream]""");
        await Hears("""
            chunk 0 0: owner@chat/stream
            abandoned: member@chat/stream+0
            """);
    }

    [Fact]
    public async Task Followers_of_a_stream_hear_no_events()
    {
        await Stream("shared", 0);
        await Follow("member@chat/stream", "member@chat");
        await Listen();
        await Says("owner");
        await Says("owner", "gone");
        await Does("owner", """delete from public."Message" where "id" = [gone]""");
        await Hears("""
            message.created message: member@chat
            message.deleted gone in chat: member@chat
            chunk 0 0: member@chat/stream
            """);
    }

    [Fact]
    public async Task People_who_do_not_see_the_chat_get_none_of_its_streams()
    {
        await Stream("shared", 0);
        await Follow("member@chat/stream", "outsider@chat/stream", "anonymous@chat/stream", "left@chat/stream");
        await Db.Leave("left");
        await Listen();
        await Hears("""
            chunk 0 0: member@chat/stream
            end not_found: outsider@chat/stream, anonymous@chat/stream, left@chat/stream
            """);
        await Does("owner", """update public."Chat" set "visibility" = 'public' where "id" = [chat]""");
        await Hears("""
            chunk 0 0: member@chat/stream
            chunk 0 0: outsider@chat/stream
            chunk 0 0: anonymous@chat/stream
            chunk 0 0: left@chat/stream
            """);
    }

    [Fact]
    public async Task Having_seen_a_deleted_message_lets_nobody_follow_a_hidden_stream()
    {
        await Stream("shared public", 0);
        await Says("owner");
        await Follow("outsider@chat/stream+0", "outsider@chat", "member@chat/stream+0");
        await Listen();
        await Does("owner", """delete from public."Message" where "id" = [message]""");
        await Does("owner", """update public."Chat" set "visibility" = 'private' where "id" = [chat]""");
        await Piece("stream", 1);
        await Hears("""
            chunk 1 1: member@chat/stream+0
            end not_found: outsider@chat/stream+0, outsider@chat
            """);
    }

    [Fact]
    public async Task A_stream_id_reused_in_another_chat_is_not_followed_there()
    {
        await Stream("shared", 0);
        await Rows.Chat(Db, "personal", "owner", "other");
        await Writes("owner", "elsewhere", """insert into public."Stream" ("chatId") values ([other])""");
        await Piece("elsewhere", 0);
        await Piece("elsewhere", 1);
        await Follow("member@chat/elsewhere", "owner@chat/elsewhere+0", "owner@other/elsewhere+0", "member@chat/stream");
        await Listen();
        await Hears("""
            chunk 0 0: member@chat/stream
            chunk 1 1: owner@other/elsewhere+0
            end not_found: member@chat/elsewhere, owner@chat/elsewhere+0
            """);
    }

    [Fact]
    public async Task A_subscriber_whose_session_ended_gets_nothing_more()
    {
        await Stream("shared", 0);
        await Follow("member@chat/stream", "owner@chat/stream", "outsider@chat/stream");
        await Db.AsRole("rlschat_test_functions").Do("""delete from public.sessions where "secretDigest" = sha256('member@chat/stream')""");
        await Listen();
        await Hears("""
            chunk 0 0: owner@chat/stream
            end session_ended: member@chat/stream
            end not_found: outsider@chat/stream
            """);
    }

    [Fact]
    public async Task A_stream_that_was_deleted_ends()
    {
        await Stream("shared", 0);
        await Stream("shared", "other", 0);
        await Follow("member@chat/stream", "member@chat/other");
        await Does("owner", """delete from public."Stream" where "id" = [stream]""");
        await Listen();
        await Hears("""
            chunk 0 0: member@chat/other
            end not_found: member@chat/stream
            """);
    }

    private Task Stream(string row, params int[] pieces) => Stream(row, "stream", pieces);

    private async Task Stream(string row, string name, params int[] pieces)
    {
        if (name == "stream")
        {
            await Rows.Chat(Db, row, "owner");
        }

        await Writes("owner", name, """insert into public."Stream" ("chatId") values ([chat])""");
        foreach (var piece in pieces)
        {
            await Piece(name, piece);
        }
    }

    private Task Piece(string stream, int index) =>
        Does("owner", $"""insert into public."StreamChunk" ("streamId", "index", "data") values ([{stream}], {index}, '{index}')""");
}
