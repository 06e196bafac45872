import { statfs } from 'node:fs/promises';

/** File systems that several machines may write, by the type that Linux reports. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x73757245: 'Coda',
  0x00c36400: 'Ceph',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x20030528: 'OrangeFS',
  0xaad7aaea: 'PanFS',
  0x01161970: 'GFS2',
  0x7461636f: 'OCFS2',
  0x01021997: '9p',
  0x65735546: 'FUSE',
  0x786f4256: 'vboxsf',
  0xbacbacbc: 'vmhgfs',
};

/** The name of a folder's file system if another machine may write it too; undefined if none may, or the system does not tell. */
export async function networkFileSystem(folder: string): Promise<string | undefined> {
  // Elsewhere the types are other numbers.
  if (process.platform !== 'linux') return undefined;
  try {
    // As an unsigned number of 32 bits, which not every system reports.
    return NETWORK_FILE_SYSTEMS[(await statfs(folder)).type >>> 0];
  } catch {
    return undefined;
  }
}
