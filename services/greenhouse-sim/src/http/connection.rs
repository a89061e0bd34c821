//! Accepting connections. Each can be reset (RST) on demand, which is how a client sees a server that died between its
//! commit and its answer.

use std::{
    io,
    net::TcpListener as StdListener,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use hyper::{
    Request, Response, body::Incoming, header::DATE, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{
    pipeline::{self, Outcome},
    reply::{Cut, Sending},
};
use crate::world::World;

/// Which of the two hosts a listener plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Api,
    Auth,
    Both,
}

/// Serves until `stop` changes.
pub(crate) async fn serve(
    listener: StdListener,
    host: Host,
    world: Arc<World>,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(converse(stream, host, Arc::clone(&world)))),
                // Out of file descriptors, most likely: let the running connections end before trying again.
                Err(_) => tokio::task::yield_now().await,
            },
            _ = stop.changed() => return,
        }
    }
}

async fn converse(stream: TcpStream, host: Host, world: Arc<World>) {
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let io = TokioIo::new(Resettable {
        stream,
        reset: Arc::clone(&reset),
    });
    let service = service_fn(|request: Request<Incoming>| {
        let world = Arc::clone(&world);
        let reset = Arc::clone(&reset);
        async move { respond(request, host, world, &reset).await }
    });
    let _ = http1::Builder::new()
        .keep_alive(true)
        .serve_connection(io, service)
        .await;
}

async fn respond(
    request: Request<Incoming>,
    host: Host,
    world: Arc<World>,
    reset: &AtomicBool,
) -> Result<Response<Sending>, Cut> {
    // A task of its own: a client that hangs up does not stop what the server has begun.
    let outcome = tokio::spawn(pipeline::run(request, host, Arc::clone(&world))).await;
    match outcome {
        Ok(Outcome::Answer(reply)) => Ok(dated(reply.send(), &world)),
        Ok(Outcome::CutShort(reply)) => Ok(dated(reply.send_cut(), &world)),
        Ok(Outcome::Reset) | Err(_) => {
            reset.store(true, Ordering::Relaxed);
            Err(Cut)
        }
    }
}

/// With the simulator's clock: by it its rows are stamped, and no answer of Greenhouse shows two clocks.
fn dated(mut response: Response<Sending>, world: &World) -> Response<Sending> {
    let now = world.lock().now();
    response.headers_mut().insert(DATE, now.http_date());
    response
}

/// A stream that closes with RST instead of FIN once told to.
struct Resettable {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // An orderly end would put a FIN ahead of the reset.
        if self.reset.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
