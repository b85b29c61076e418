//! One nginx on loopback, with the files that the rows fetch, in a temporary folder.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// nginx and its folder; both go when it is dropped.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    nginx: Child,
    /// Plain HTTP.
    pub(crate) port: u16,
    /// HTTPS.
    pub(crate) tls_port: u16,
}

impl Server {
    /// Makes the files and waits until nginx listens.
    pub(crate) fn start() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("www");
        fs::create_dir_all(root.join("i"))?;
        content(&root)?;
        let ca = certificate(folder.path())?;
        fs::write(folder.path().join("ca.pem"), ca)?;
        let (port, tls_port) = (free_port()?, free_port()?);
        let dir = folder.path().display();
        fs::write(
            folder.path().join("nginx.conf"),
            format!(
                "daemon off; master_process off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;\n\
                 events {{ worker_connections 1024; }}\n\
                 http {{ access_log off; sendfile on; tcp_nopush off; keepalive_requests 100000; default_type application/octet-stream;\n\
                 types {{ text/html html; image/png png; text/plain txt; }}\n\
                 client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;\n\
                 server {{ listen 127.0.0.1:{port} backlog=1024; listen 127.0.0.1:{tls_port} ssl;\n\
                 ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem; root {dir}/www; gzip_static always; }} }}\n"
            ),
        )?;
        let nginx = Command::new("nginx")
            .args(["-c".as_ref(), folder.path().join("nginx.conf").as_os_str(), "-e".as_ref(), "stderr".as_ref()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { folder, nginx, port, tls_port };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Err(io::Error::other("nginx did not begin to listen within two seconds"))
    }

    /// A file beside the served ones.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `http://127.0.0.1:PORT/path`
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The same by a name that must be looked up.
    pub(crate) fn named_url(&self, path: &str) -> String {
        format!("http://{}:{}{path}", crate::names::HOST, self.port)
    }

    /// A file with the trust roots of this system and the server's own, and how many the system has.
    pub(crate) fn with_the_systems_roots(&self) -> Option<(usize, PathBuf)> {
        let mut all = fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").ok()?;
        let count = all.matches("-----BEGIN CERTIFICATE-----").count();
        all.push_str(&fs::read_to_string(self.file("ca.pem")).ok()?);
        let path = self.file("roots.pem");
        fs::write(&path, all).ok()?;
        Some((count, path))
    }

    /// The https twin, by the name in its certificate.
    pub(crate) fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.tls_port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn content(root: &Path) -> io::Result<()> {
    fs::write(root.join("1k.txt"), vec![b'x'; 1 << 10])?;
    fs::write(root.join("1m.txt"), vec![b'x'; 1 << 20])?;
    // Sparse: nginx serves zeroes without a disk being read.
    File::create(root.join("1g.bin"))?.set_len(1 << 30)?;
    gzipped(&root.join("dense.html.gz"), 64 << 20, |n| if n % 97 == 0 { b'\n' } else { b'a' })?;
    let mut state = 1u32;
    gzipped(&root.join("text.html.gz"), 64 << 20, move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"etaoinshrdlucmfw"[(state >> 28) as usize]
    })?;
    // A PNG of one pixel, as often as a page wants it.
    let pixel: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\xdac\xfc\xff\xff?\0\x05\xfe\x02\xfe\xa3\x9aq\xcd\0\0\0\0IEND\xaeB`\x82";
    for n in 0..5000 {
        fs::write(root.join(format!("i/{n}.png")), pixel)?;
    }
    for count in [10, 100, 1000, 5000] {
        let mut page = String::from("<!doctype html><meta charset=utf-8><title>images</title>\n");
        let mut list = String::new();
        for n in 0..count {
            let _ = writeln!(page, "<p>Picture {n}: <img src=\"/i/{n}.png\" alt=\"\">");
            let _ = writeln!(list, "/i/{n}.png");
        }
        fs::write(root.join(format!("{count}.html")), page)?;
        fs::write(root.join(format!("{count}.txt")), list)?;
    }
    Ok(())
}

fn gzipped(path: &Path, bytes: usize, mut of: impl FnMut(usize) -> u8) -> io::Result<()> {
    use io::Write as _;
    let mut to = flate2::write::GzEncoder::new(io::BufWriter::new(File::create(path)?), flate2::Compression::new(6));
    let mut block = Vec::with_capacity(1 << 16);
    for n in 0..bytes {
        block.push(of(n));
        if block.len() == 1 << 16 {
            to.write_all(&block)?;
            block.clear();
        }
    }
    to.write_all(&block)?;
    to.finish()?.flush()
}

fn certificate(folder: &Path) -> io::Result<String> {
    let made = |error: rcgen::Error| io::Error::other(error);
    let key = rcgen::KeyPair::generate().map_err(made)?;
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).map_err(made)?;
    let cert = params.self_signed(&key).map_err(made)?;
    fs::write(folder.join("cert.pem"), cert.pem())?;
    fs::write(folder.join("key.pem"), key.serialize_pem())?;
    Ok(cert.pem())
}
