using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>The access token is valid, but the database knows no live session of it: a 401.</summary>
internal sealed class SessionEndedException() : ProblemException(Problems.SessionEnded);
